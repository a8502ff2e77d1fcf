// Program pod is what runs in pods where the suite wants a program of others: the echo server and
// client of the mesh, which print as Istio's do, and a server of names.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "pod: nothing to do (expected: serve, names or client)")
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "serve":
		err = serve()
	case "names":
		err = serveNames()
	case "client":
		err = call(os.Args[2:])
	default:
		err = fmt.Errorf("%q (expected: serve, names or client)", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pod:", err)
		os.Exit(1)
	}
}
