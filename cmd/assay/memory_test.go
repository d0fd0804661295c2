package main

import (
	"os"
	"testing"
	"testing/fstest"
)

func TestSizesAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1073741824": 1 << 30, "2GB": 2 << 30, "512 MiB": 512 << 20, "3g": 3 << 30, "64k": 64 << 10, "0": 0, "1TB": 1 << 40} {
		if got, known := parseBytes(text); !known || got != want {
			t.Errorf("%q is read as %d, %v", text, got, known)
		}
	}
	for _, text := range []string{"", "GB", "-1", "1.5GB", "2 GBytes", "9999999999GB", "1KMB", "ten"} {
		if got, known := parseBytes(text); known {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestMemoryIsThatOfTheNarrowestGroup(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	meminfo := file("MemTotal:        8192 kB\nMemFree: 1 kB\n")
	for name, c := range map[string]struct {
		system fstest.MapFS
		want   int64
	}{
		"nothing is known": {fstest.MapFS{}, 0},
		"no group":         {fstest.MapFS{"proc/meminfo": meminfo}, 8 << 20},
		"version 2": {fstest.MapFS{"proc/meminfo": meminfo, "proc/self/cgroup": file("0::/assay.slice/assay-serve.service\n"),
			"sys/fs/cgroup/assay.slice/memory.max": file("4194304\n"), "sys/fs/cgroup/assay.slice/assay-serve.service/memory.max": file("max\n")}, 4 << 20},
		"a container that sees its own group as the root": {fstest.MapFS{"proc/meminfo": meminfo, "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("2097152")}, 2 << 20},
		"version 1": {fstest.MapFS{"proc/meminfo": meminfo, "proc/self/cgroup": file("4:cpu:/x\n3:memory:/docker/1\n"),
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": file("1048576\n")}, 1 << 20},
		"a limit above the machine": {fstest.MapFS{"proc/meminfo": meminfo, "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("9223372036854771712")}, 8 << 20},
	} {
		if got := availableMemory(c.system); got != c.want {
			t.Errorf("%s: %d, not %d", name, got, c.want)
		}
	}
	if got := usualShare(0); got != usualCubeMemory {
		t.Errorf("without knowledge %d are taken", got)
	}
	if got := usualShare(8 << 30); got != 2<<30 {
		t.Errorf("of 8 GB %d are taken", got)
	}
}

func TestTheFlagOfTheMemoryIsStrongerThanTheEnvironment(t *testing.T) {
	ask := func(arguments ...string) (int64, error) {
		root := newRootCommand()
		if err := root.ParseFlags(arguments); err != nil {
			t.Fatal(err)
		}
		return cubeMemory(root)
	}
	t.Setenv(cubeMemoryVariable, "")
	if got, err := ask(); err != nil || got < leastCubeMemory || got > passingCubeMemory {
		t.Fatalf("without a setting %d (%v)", got, err)
	}
	for _, command := range newRootCommand().Commands() {
		if !lasting[command.Name()] {
			continue
		}
		if got, err := cubeMemory(command); err != nil || got != usualShare(availableMemory(os.DirFS("/"))) {
			t.Fatalf("%s takes %d (%v)", command.Name(), got, err)
		}
	}
	t.Setenv(cubeMemoryVariable, "3GB")
	if got, err := ask(); err != nil || got != 3<<30 {
		t.Fatalf("of the environment %d (%v)", got, err)
	}
	if got, err := ask("--cube-memory", "100MB"); err != nil || got != 100<<20 {
		t.Fatalf("of the flag %d (%v)", got, err)
	}
	if _, err := ask("--cube-memory", "1MB"); err == nil {
		t.Fatal("too little was taken")
	}
	if _, err := ask("--cube-memory", "much"); err == nil {
		t.Fatal("a word was taken")
	}
}
