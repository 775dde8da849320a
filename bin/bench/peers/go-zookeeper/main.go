// A worker of `docent bench` with real go-zookeeper: the lines it hears and says are those of peer-line.ts. Each contender is a goroutine; all share the session.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"
)

const pause = 100 * time.Millisecond

var (
	orders   = map[string]string{}
	birth    = time.Now()
	conn     *zk.Conn
	acl      = zk.WorldACL(zk.PermAll)
	folder   string
	begin    atomic.Int64
	end      atomic.Int64
	requests atomic.Int64
	losses   atomic.Int64
	stopped  atomic.Bool
	writing  sync.Mutex
	mutex    sync.Mutex
	samples  strings.Builder
)

func now() int64 { return time.Since(birth).Microseconds() }

func number(order string) int64 {
	value, _ := strconv.ParseInt(orders[order], 10, 64)
	return value
}

func milliseconds(order string) time.Duration {
	value, _ := strconv.ParseFloat(orders[order], 64)
	return time.Duration(value * float64(time.Millisecond))
}

func say(words ...any) {
	writing.Lock()
	defer writing.Unlock()
	fmt.Println(words...)
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

func sample(series int, contender int, since int64) {
	instant, at := now(), begin.Load()
	if instant < at {
		return
	}
	mutex.Lock()
	defer mutex.Unlock()
	fmt.Fprintf(&samples, " %d %d %d %d", series, contender, instant-at, instant-since)
}

func deliver() {
	mutex.Lock()
	taken := samples.String()
	samples.Reset()
	mutex.Unlock()
	if taken != "" {
		say("samples" + taken)
	}
}

func tell(err error) {
	if !stopped.Load() {
		// Its errors have no codes: the words are all there is.
		say("error", strings.ReplaceAll(strings.TrimPrefix(oneLine(err), "zk: "), " ", "_"), oneLine(err))
	}
	time.Sleep(pause)
}

// Counts requests: the library writes each by one call, and heartbeats with the number -2.
type countingConn struct{ net.Conn }

func (counting countingConn) Write(frame []byte) (int, error) {
	isPing := len(frame) >= 8 && string(frame[4:8]) == "\xff\xff\xff\xfe"
	if instant := now(); !isPing && instant >= begin.Load() && instant <= end.Load() {
		requests.Add(1)
	}
	return counting.Conn.Write(frame)
}

func dialer() (zk.Dialer, error) {
	dial := net.DialTimeout
	if _, secure := orders["tls"]; secure {
		config := &tls.Config{MinVersion: tls.VersionTLS12}
		if file, given := orders["tlsCa"]; given {
			pem, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			config.RootCAs = x509.NewCertPool()
			config.RootCAs.AppendCertsFromPEM(pem)
		}
		if file, given := orders["tlsCert"]; given {
			certificate, err := tls.LoadX509KeyPair(file, orders["tlsKey"])
			if err != nil {
				return nil, err
			}
			config.Certificates = []tls.Certificate{certificate}
		}
		dial = func(network, address string, timeout time.Duration) (net.Conn, error) {
			return tls.DialWithDialer(&net.Dialer{Timeout: timeout}, network, address, config)
		}
	}
	return func(network, address string, timeout time.Duration) (net.Conn, error) {
		made, err := dial(network, address, timeout)
		return countingConn{made}, err
	}, nil
}

// A chroot is unknown to the library: it becomes a part of the paths.
func connect() error {
	hosts, chroot, _ := strings.Cut(orders["connectString"], "/")
	folder = orders["folder"]
	if chroot != "" {
		folder = "/" + chroot + folder
	}
	dial, err := dialer()
	if err != nil {
		return err
	}
	var events <-chan zk.Event
	conn, events, err = zk.Connect(zk.FormatServers(strings.Split(hosts, ",")), milliseconds("sessionTimeout"), zk.WithLogInfo(false), zk.WithDialer(dial))
	if err != nil {
		return err
	}
	limit := time.After(milliseconds("connectTimeout"))
	for {
		select {
		case event := <-events:
			if event.State != zk.StateHasSession {
				continue
			}
		case <-limit:
			return errors.New("no session within " + orders["connectTimeout"] + " ms")
		}
		break
	}
	go func() {
		for event := range events {
			if event.State == zk.StateExpired {
				losses.Add(1)
			}
		}
	}()
	if auth, given := orders["auth"]; given {
		credential, err := base64.StdEncoding.DecodeString(auth)
		if err != nil {
			return err
		}
		acl = zk.AuthACL(zk.PermAll)
		return conn.AddAuth(orders["authScheme"], credential)
	}
	return nil
}

func contend(contender int) {
	lock := zk.NewLock(conn, fmt.Sprintf("%s/lock-%d", folder, int64(contender)%number("paths")), acl)
	hold := milliseconds("hold")
	for !stopped.Load() {
		asked := now()
		if err := lock.Lock(); err != nil {
			tell(err)
			continue
		}
		sample(0, contender, asked)
		before := losses.Load()
		time.Sleep(hold)
		if losses.Load() != before && !stopped.Load() {
			say("lost")
		}
		released := now()
		if err := lock.Unlock(); err != nil {
			tell(err)
			continue
		}
		sample(1, contender, released)
	}
}

// Creates, gets, sets and deletes, a quarter of the time each, with so many goroutines.
func operate(worker int) error {
	home := fmt.Sprintf("%s/raw-%d", folder, worker)
	data := []byte(strings.Repeat("x", int(number("size"))))
	if _, err := conn.Create(home, nil, 0, acl); err != nil {
		return err
	}
	operations := []func(path string) error{
		func(path string) error { _, err := conn.Create(path, data, 0, acl); return err },
		func(path string) error { _, _, err := conn.Get(path); return err },
		func(path string) error { _, err := conn.Set(path, data, -1); return err },
		func(path string) error { return conn.Delete(path, -1) },
	}
	for !stopped.Load() && now() < begin.Load() {
		for _, operate := range operations {
			if err := operate(home + "/warm-up"); err != nil {
				return err
			}
		}
	}
	var (
		guard   sync.Mutex
		created []string
		next    int
	)
	take := func(series int) string {
		guard.Lock()
		defer guard.Unlock()
		next++
		if series == 0 {
			return fmt.Sprintf("%s/znode-%d", home, next)
		}
		if len(created) == 0 {
			return ""
		}
		if series < 3 {
			return created[next%len(created)]
		}
		path := created[len(created)-1]
		created = created[:len(created)-1]
		return path
	}
	for series, operate := range operations {
		until := begin.Load() + int64(series+1)*number("duration")*250
		var lanes sync.WaitGroup
		for lane := int64(0); lane < number("inFlight"); lane++ {
			lanes.Add(1)
			go func(series int, operate func(path string) error) {
				defer lanes.Done()
				for !stopped.Load() && now() < until {
					path := take(series)
					if path == "" {
						return
					}
					asked := now()
					if err := operate(path); err != nil {
						tell(err)
						continue
					}
					if series == 0 {
						guard.Lock()
						created = append(created, path)
						guard.Unlock()
					}
					sample(series, worker, asked)
				}
			}(series, operate)
		}
		lanes.Wait()
		time.Sleep(time.Duration(until-now()) * time.Microsecond)
	}
	return nil
}

func work(started <-chan struct{}) {
	err := connect()
	if err == nil {
		say("ready")
		<-started
		go func() {
			for range time.Tick(100 * time.Millisecond) {
				deliver()
			}
		}()
		for _, word := range strings.Split(orders["contenders"], ",") {
			contender, _ := strconv.Atoi(word)
			if orders["workload"] == "raw" {
				err = operate(contender)
			} else {
				go contend(contender)
			}
		}
	}
	if err != nil && !stopped.Load() {
		say("failed", oneLine(err))
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() && lines.Text() != "." {
		name, value, _ := strings.Cut(lines.Text(), " ")
		orders[name] = value
	}
	started := make(chan struct{})
	go work(started)
	// When the input ends the owner is gone: so is this, and the session with it.
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "clock":
			say("clock", now())
		case "start":
			at, _ := strconv.ParseInt(words[1], 10, 64)
			begin.Store(at)
			end.Store(at + number("duration")*1000)
			close(started)
		case "stop":
			stopped.Store(true)
			deliver()
			say("requests", requests.Load())
			say("done")
			if conn != nil {
				conn.Close()
			}
			return
		}
	}
}
