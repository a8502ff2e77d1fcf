package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/miekg/dns"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	pb "sigs.k8s.io/gateway-api/conformance/echo-basic/grpcechoserver"
)

// The ports of the suite's echo-advanced that its tests call.
const (
	httpPort = ":8080"
	grpcPort = ":7070"
)

// serve tells of requests what they were.
func serve() error {
	listener, err := net.Listen("tcp", grpcPort)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	pb.RegisterGrpcEchoServer(server, grpcEcho{})
	ended := make(chan error, 2)
	go func() { ended <- server.Serve(listener) }()
	go func() { ended <- http.ListenAndServe(httpPort, http.HandlerFunc(echo)) }() //nolint:gosec // a test's
	return <-ended
}

func echo(w http.ResponseWriter, r *http.Request) {
	var text strings.Builder
	fmt.Fprintf(&text, "Host=%s\nURL=%s\nMethod=%s\nProto=%s\n", r.Host, r.RequestURI, r.Method, r.Proto)
	for name, values := range r.Header {
		for _, value := range values {
			fmt.Fprintf(&text, "RequestHeader=%s:%s\n", name, value)
		}
	}
	fmt.Fprintf(&text, "Hostname=%s\n", os.Getenv("POD_NAME"))
	fmt.Fprint(w, text.String())
}

type grpcEcho struct{ pb.UnimplementedGrpcEchoServer }

func (grpcEcho) Echo(ctx context.Context, _ *pb.EchoRequest) (*pb.EchoResponse, error) {
	answer := &pb.EchoResponse{Assertions: &pb.Assertions{
		Context: &pb.Context{Pod: os.Getenv("POD_NAME"), Namespace: os.Getenv("NAMESPACE")},
	}}
	sent, _ := metadata.FromIncomingContext(ctx)
	for name, values := range sent {
		for _, value := range values {
			answer.Assertions.Headers = append(answer.Assertions.Headers, &pb.Header{Key: name, Value: value})
		}
	}
	return answer, nil
}

// serveNames answers every question for a name with an address of books.
func serveNames() error {
	server := dns.Server{Addr: ":53", Net: "udp", Handler: dns.HandlerFunc(func(w dns.ResponseWriter, asked *dns.Msg) {
		answer := new(dns.Msg)
		answer.SetReply(asked)
		for _, question := range asked.Question {
			answer.Answer = append(answer.Answer, &dns.A{
				Hdr: dns.RR_Header{Name: question.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1},
				A:   net.IPv4(192, 0, 2, 1),
			})
		}
		w.WriteMsg(answer) //nolint:errcheck // whoever asked asks again
	})}
	return server.ListenAndServe()
}
