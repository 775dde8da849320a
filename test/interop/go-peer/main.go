// A real go-zookeeper client, driven over pipes: a command a line, `<number> <verb> <path>[#contender] [data]`, and a line `<number> <result>` for each, in
// whatever order they end. Every contender of a path has a goroutine and a lock of its own.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

var (
	client  *zk.Conn
	writing sync.Mutex
)

func reply(number string, result string) {
	writing.Lock()
	defer writing.Unlock()
	fmt.Println(number, result)
}

func contend(path string, commands <-chan []string) {
	lock := zk.NewLock(client, path, zk.WorldACL(zk.PermAll))
	for words := range commands {
		result, err := execute(lock, words[1], words[3])
		if err != nil {
			result = "error " + err.Error()
		}
		reply(words[0], result)
	}
}

func execute(lock *zk.Lock, verb string, argument string) (string, error) {
	switch verb {
	case "acquire":
		return "acquired", lock.LockWithData([]byte(argument))
	case "release":
		return "released", lock.Unlock()
	case "data":
		data, _, err := client.Get(argument)
		return string(data), err
	}
	return "", fmt.Errorf("unknown verb %s", verb)
}

func main() {
	var events <-chan zk.Event
	var err error
	client, events, err = zk.Connect([]string{os.Args[1]}, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		panic(err)
	}
	for event := range events {
		if event.State == zk.StateHasSession {
			break
		}
	}
	reply("0", "ready")
	contenders := map[string]chan []string{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.SplitN(lines.Text(), " ", 4)
		commands, known := contenders[words[2]]
		if !known {
			commands = make(chan []string, 8)
			contenders[words[2]] = commands
			go contend(strings.Split(words[2], "#")[0], commands)
		}
		commands <- words
	}
	// The owner is gone: end at once, and the session with it.
	client.Close()
}
