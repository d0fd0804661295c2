// Command provider is dex, a real OpenID Connect provider, with everything in memory, for the
// tests of signing in through an administration's own provider. It is a module of its own,
// so that nothing of it gets into the program.
//
// It prints the address of its issuer on a line of standard output when it answers, and ends
// when its standard input ends. The client's secret and everybody's password are in the flags: it
// is for tests on this machine only.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/dexidp/dex/server"
	"github.com/dexidp/dex/server/connectors"
	"github.com/dexidp/dex/server/signer"
	"github.com/dexidp/dex/storage"
	"github.com/dexidp/dex/storage/memory"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "provider:", err)
		os.Exit(1)
	}
}

func run() error {
	client := flag.String("client", "assay", "the client's id")
	secret := flag.String("secret", "", "the client's secret")
	back := flag.String("back", "", "the addresses to which people are sent back, parted by commas")
	password := flag.String("password", "", "everybody's password")
	people := flag.String("people", "", "e-mail addresses parted by commas; one that ends in ! is not verified")
	now := flag.String("now", "", "what the clock shows at the start, in RFC 3339; empty for the time of day")
	flag.Parse()

	clock, err := clockFrom(*now)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	kept, err := fill(ctx, memory.New(quiet), *people, *password)
	if err != nil {
		return err
	}
	kept = storage.WithStaticClients(kept, []storage.Client{{ID: *client, Secret: *secret, Name: "Assay", RedirectURIs: strings.Split(*back, ",")}})
	issuer := "http://" + listener.Addr().String()
	signing, err := (&signer.LocalConfig{KeysRotationPeriod: "6h"}).Open(ctx, kept, time.Hour, clock, quiet)
	if err != nil {
		return err
	}
	handler, err := server.NewServer(ctx, server.Config{Issuer: issuer, Storage: kept, SkipApprovalScreen: true, IDTokensValidFor: time.Hour,
		Now: clock, Logger: quiet, Signer: signing})
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the process that started this one
		os.Exit(0)
	}()
	fmt.Println(issuer)
	return (&http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}).Serve(listener)
}

// clockFrom is a clock that goes on from a given time.
func clockFrom(text string) (func() time.Time, error) {
	if text == "" {
		return time.Now, nil
	}
	start, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	return func() time.Time { return start.Add(time.Since(began)) }, nil
}

// fill adds the people and the way in by password.
func fill(ctx context.Context, kept storage.Storage, people, password string) (storage.Storage, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost+6)
	if err != nil {
		return nil, err
	}
	for _, entry := range strings.Split(people, ",") {
		address, unverified := strings.CutSuffix(entry, "!")
		verified := !unverified
		name, _, _ := strings.Cut(address, "@")
		err := kept.CreatePassword(ctx, storage.Password{Email: address, Hash: hash, Username: name, Name: name, UserID: "number of " + address, EmailVerified: &verified})
		if err != nil {
			return nil, err
		}
	}
	return kept, kept.CreateConnector(ctx, storage.Connector{ID: connectors.LocalConnector, Type: connectors.LocalConnector, Name: "Password"})
}
