package notice_test

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a small mail server that keeps what it takes.
type server struct {
	address string
	mutex   sync.Mutex
	refusal string // answer to RCPT TO, empty to take the letter
	letters []letter
}

type letter struct {
	from, user string
	to         []string
	content    string
}

func (l letter) subject(t *testing.T) string {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(l.content))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

func (l letter) body(t *testing.T) string {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(l.content))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func startServer(t *testing.T) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{address: listener.Addr().String()}
	var conversations sync.WaitGroup
	conversations.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conversations.Go(func() { s.converse(conn) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); conversations.Wait() })
	return s
}

func (s *server) answer(refusal string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.refusal = refusal
}

func (s *server) taken() []letter {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]letter(nil), s.letters...)
}

func (s *server) converse(conn net.Conn) {
	text := textproto.NewConn(conn)
	defer func() { _ = text.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second)) // a client that goes without a word
	say := func(line string) { _ = text.PrintfLine("%s", line) }
	say("220 test ESMTP")
	var l letter
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(line); {
		case strings.HasPrefix(verb, "EHLO"):
			say("250-test")
			say("250-8BITMIME")
			say("250 AUTH PLAIN")
		case strings.HasPrefix(verb, "AUTH PLAIN "):
			content, _ := base64.StdEncoding.DecodeString(line[len("AUTH PLAIN "):])
			if parts := strings.Split(string(content), "\x00"); len(parts) == 3 && parts[2] == "secret" {
				l.user = parts[1]
				say("235 welcome")
			} else {
				say("535 no")
			}
		case strings.HasPrefix(verb, "MAIL FROM:"):
			l.from, l.to = strings.Fields(line[len("MAIL FROM:"):])[0], nil
			say("250 ok")
		case strings.HasPrefix(verb, "RCPT TO:"):
			s.mutex.Lock()
			refusal := s.refusal
			s.mutex.Unlock()
			if refusal != "" {
				say(refusal)
				continue
			}
			l.to = append(l.to, strings.Fields(line[len("RCPT TO:"):])[0])
			say("250 ok")
		case verb == "DATA":
			say("354 go on")
			content, err := io.ReadAll(text.DotReader())
			if err != nil {
				return
			}
			l.content = string(content)
			s.mutex.Lock()
			s.letters = append(s.letters, l)
			s.mutex.Unlock()
			say("250 taken")
		case verb == "RSET", verb == "NOOP":
			say("250 ok")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("500 what?")
		}
	}
}
