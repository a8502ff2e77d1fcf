package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	pb "sigs.k8s.io/gateway-api/conformance/echo-basic/grpcechoserver"
)

const callTimeout = 10 * time.Second

// A wish is what the command line asks for: `URL --method=GET -H name:value --count=3`.
type wish struct {
	url     *url.URL
	method  string
	headers http.Header
	count   int
}

func read(arguments []string) (wish, error) {
	it := wish{method: http.MethodGet, headers: http.Header{}, count: 1}
	for i := 0; i < len(arguments); i++ {
		argument := arguments[i]
		var err error
		switch {
		case strings.HasPrefix(argument, "--method="):
			it.method = strings.TrimPrefix(argument, "--method=")
		case strings.HasPrefix(argument, "--count="):
			it.count, err = strconv.Atoi(strings.TrimPrefix(argument, "--count="))
		case argument == "-H" && i+1 < len(arguments):
			i++
			name, value, _ := strings.Cut(arguments[i], ":")
			it.headers.Add(name, value)
		case strings.HasPrefix(argument, "-"):
			err = fmt.Errorf("%s: not known", argument)
		default:
			it.url, err = url.Parse(argument)
		}
		if err != nil {
			return it, err
		}
	}
	if it.url == nil {
		return it, fmt.Errorf("no URL in %v", arguments)
	}
	return it, nil
}

// call makes requests one after the other and prints each answer, with an empty line behind.
func call(arguments []string) error {
	it, err := read(arguments)
	if err != nil {
		return err
	}
	names := map[string]string{}
	if err := json.Unmarshal([]byte(os.Getenv("NAMES")), &names); err != nil {
		return err
	}
	dial := func(ctx context.Context, _, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if known, ok := names[host]; ok {
			host = known
		} else if net.ParseIP(host) == nil {
			return nil, fmt.Errorf("%s: no such host", host)
		}
		return (&net.Dialer{Timeout: callTimeout}).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	}
	one := it.http(dial)
	if it.url.Scheme == "grpc" {
		one, err = it.grpc(dial)
		if err != nil {
			return err
		}
	}
	for i := range it.count {
		lines, err := one()
		if err != nil {
			return err
		}
		for _, line := range lines {
			fmt.Printf("[%d] %s\n", i, line)
		}
		fmt.Println()
	}
	return nil
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (it wish) http(dial dialer) func() ([]string, error) {
	client := http.Client{
		Transport:     &http.Transport{DialContext: dial},
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func() ([]string, error) {
		request, err := http.NewRequestWithContext(context.Background(), it.method, it.url.String(), nil)
		if err != nil {
			return nil, err
		}
		request.Header = it.headers.Clone()
		if host := it.headers.Get("Host"); host != "" {
			request.Host = host
		}
		answer, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		lines := []string{fmt.Sprintf("StatusCode=%d", answer.StatusCode)}
		for name, values := range answer.Header {
			for _, value := range values {
				lines = append(lines, fmt.Sprintf("ResponseHeader=%s:%s", name, value))
			}
		}
		for line := range strings.Lines(string(body)) {
			lines = append(lines, strings.TrimSpace(line))
		}
		return lines, nil
	}
}

func (it wish) grpc(dial dialer) (func() ([]string, error), error) {
	connection, err := grpc.NewClient("passthrough:///"+it.url.Host,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			return dial(ctx, "tcp", address)
		}))
	if err != nil {
		return nil, err
	}
	client := pb.NewGrpcEchoClient(connection)
	return func() ([]string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		answer, err := client.Echo(ctx, &pb.EchoRequest{})
		if err != nil {
			return nil, err
		}
		return []string{
			"StatusCode=200", // what the suite expects of a call that was answered well
			"Hostname=" + answer.GetAssertions().GetContext().GetPod(),
		}, nil
	}, nil
}
