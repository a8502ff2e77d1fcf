package suite

import (
	"bytes"
	"encoding/json"
	"net/http"

	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
)

// The protocol in which the suite has a program run inside a pod: a stream each for what the program
// prints, and one for how it ended.
const execProtocol = "v4.channel.k8s.io"

type execStream struct {
	httpstream.Stream
	accepted <-chan struct{}
}

func (c *cluster) exec(w http.ResponseWriter, r *http.Request, namespace, name string) {
	pod, ok := c.nodes.pod(namespace, name)
	if !ok {
		fail(w, http.StatusNotFound, "NotFound", "no pod "+namespace+"/"+name+" runs")
		return
	}
	if _, err := httpstream.Handshake(r, w, []string{execProtocol}); err != nil {
		return // it has answered
	}
	opened := make(chan execStream, 3)
	connection := spdy.NewResponseUpgrader().UpgradeResponse(w, r,
		func(stream httpstream.Stream, accepted <-chan struct{}) error {
			opened <- execStream{stream, accepted}
			return nil
		})
	if connection == nil {
		return
	}
	defer connection.Close()
	streams := map[string]httpstream.Stream{}
	for len(streams) < 3 {
		select {
		case stream := <-opened:
			<-stream.accepted
			streams[stream.Headers().Get("streamType")] = stream
		case <-connection.CloseChan():
			return
		}
	}
	var out, complaints bytes.Buffer
	command := pod.command(c.names(namespace), r.URL.Query()["command"]...)
	command.Stdout, command.Stderr = &out, &complaints
	status := object{"status": "Success"}
	if err := command.Run(); err != nil {
		status = object{"status": "Failure", "reason": "InternalError", "message": err.Error() + ": " + complaints.String()}
	}
	streams["stdout"].Write(out.Bytes())        //nolint:errcheck // whoever asked is gone
	streams["stderr"].Write(complaints.Bytes()) //nolint:errcheck // likewise
	ended, _ := json.Marshal(status)
	streams["error"].Write(ended) //nolint:errcheck // likewise
	for _, stream := range streams {
		stream.Close()
	}
	<-connection.CloseChan()
}
