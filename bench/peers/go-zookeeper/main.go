// The workloads of docent-peer.ts with go-zookeeper, as far as it has the recipe: a line `<case> <rounds> <hold in ms>` on the input, a line of microseconds,
// separated by commas, for each; an empty one for a case that it has nothing for.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"
)

var (
	conns []*zk.Conn
	born  = time.Now().UnixNano()
	home  = fmt.Sprintf("/go-%d", born)
	paths int
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func newLock(conn *zk.Conn, path string) *zk.Lock {
	return zk.NewLock(conn, path, zk.WorldACL(zk.PermAll))
}

func since(start time.Time) int64 { return time.Since(start).Microseconds() }

// The first round warms the path up.
func rounds(count int, whole bool) []int64 {
	lock := newLock(conns[0], home+"/rounds")
	var times []int64
	for round := 0; round <= count; round++ {
		start := time.Now()
		must(lock.Lock())
		acquired := since(start)
		must(lock.Unlock())
		if whole {
			acquired = since(start)
		}
		if round > 0 {
			times = append(times, acquired)
		}
	}
	return times
}

func cold(count int) []int64 {
	var times []int64
	for round := 0; round < count; round++ {
		paths++
		lock := newLock(conns[0], fmt.Sprintf("/cold-%d-%d/lock", born, paths))
		start := time.Now()
		must(lock.Lock())
		times = append(times, since(start))
		must(lock.Unlock())
	}
	return times
}

// From one contender's call of Unlock until the next one holds; each has a session of its own.
func handOff(contenders int, count int, hold time.Duration) []int64 {
	paths++
	path := fmt.Sprintf("%s/hand-off-%d", home, paths)
	var (
		all      sync.WaitGroup
		guard    sync.Mutex
		gaps     []int64
		released time.Time
	)
	isEnough := func() bool {
		guard.Lock()
		defer guard.Unlock()
		return len(gaps) >= count
	}
	for _, conn := range conns[:contenders] {
		all.Add(1)
		go func(lock *zk.Lock) {
			defer all.Done()
			for !isEnough() {
				must(lock.Lock())
				guard.Lock()
				if !released.IsZero() && len(gaps) < count {
					gaps = append(gaps, since(released))
				}
				guard.Unlock()
				time.Sleep(hold)
				guard.Lock()
				released = time.Now()
				guard.Unlock()
				must(lock.Unlock())
			}
		}(newLock(conn, path))
	}
	all.Wait()
	return gaps
}

// So many locks that have nothing to do with each other, on one session: the time for one cycle.
func locks(count int, duration time.Duration) []int64 {
	var (
		all    sync.WaitGroup
		cycles atomic.Int64
		mine   []*zk.Lock
	)
	for number := 0; number < count; number++ {
		lock := newLock(conns[0], fmt.Sprintf("%s/locks/%d", home, number))
		must(lock.Lock())
		must(lock.Unlock())
		mine = append(mine, lock)
	}
	start := time.Now()
	for _, lock := range mine {
		all.Add(1)
		go func(lock *zk.Lock) {
			defer all.Done()
			for time.Since(start) < duration {
				must(lock.Lock())
				must(lock.Unlock())
				cycles.Add(1)
			}
		}(lock)
	}
	all.Wait()
	return []int64{since(start) / max(1, cycles.Load())}
}

func run(name string, count int, hold time.Duration) []int64 {
	switch name {
	case "warm":
		return rounds(count, false)
	case "cycle":
		return rounds(count, true)
	case "cold":
		return cold(count)
	case "hand-off-2":
		return handOff(2, count, hold)
	case "hand-off-8":
		return handOff(8, count, hold)
	case "locks-100":
		return locks(100, time.Duration(count)*time.Millisecond)
	}
	return nil
}

func main() {
	for len(conns) < 8 {
		conn, events, err := zk.Connect([]string{os.Args[1]}, 30*time.Second, zk.WithLogInfo(false))
		must(err)
		for event := range events {
			if event.State == zk.StateHasSession {
				break
			}
		}
		conns = append(conns, conn)
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		count, _ := strconv.Atoi(words[1])
		hold, _ := strconv.Atoi(words[2])
		var texts []string
		for _, micros := range run(words[0], count, time.Duration(hold)*time.Millisecond) {
			texts = append(texts, strconv.FormatInt(micros, 10))
		}
		fmt.Println(strings.Join(texts, ","))
	}
	for _, conn := range conns {
		conn.Close()
	}
}
