package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	xdsPort = 15010
	apiPort = 15080
)

// heddle is the control plane, and what its API says.
type heddle struct {
	launcher, directory, token string
}

// A refusal of the control plane: what is wrong with a resource.
type refusal struct{ reasons []string }

func (r refusal) Error() string { return strings.Join(r.reasons, "; ") }

var errGone = errors.New("it is not there")

// startHeddle runs a control plane until the process ends.
//
// launcher is the path of the checkout's program, directory one for its files, host the address
// where proxies reach it.
func startHeddle(launcher, directory, host string) (*heddle, error) {
	for _, each := range []string{"config", "data", "home"} {
		if err := os.MkdirAll(filepath.Join(directory, each), 0o700); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(filepath.Join(directory, "control.log"))
	if err != nil {
		return nil, err
	}
	command := exec.Command(launcher, "control",
		"--config", filepath.Join(directory, "config"), "--data", filepath.Join(directory, "data"),
		"--xds", fmt.Sprintf("%s:%d", host, xdsPort), "--allow-plaintext-xds",
		"--api", fmt.Sprintf("127.0.0.1:%d", apiPort))
	home := filepath.Join(directory, "home")
	command.Env = append(os.Environ(), "HOME="+home)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	file := filepath.Join(home, ".heddle", "tokens", fmt.Sprintf("local-%d", apiPort))
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			return nil, fmt.Errorf("the control plane ended; see %s", log.Name())
		default:
		}
		if token, err := os.ReadFile(file); err == nil && len(token) > 0 {
			it := &heddle{launcher: launcher, directory: directory, token: strings.TrimSpace(string(token))}
			if _, err := it.call(http.MethodGet, "version", nil); err == nil {
				return it, nil
			}
		}
	}
	return nil, fmt.Errorf("the control plane is not up after a minute; see %s", log.Name())
}

func (h *heddle) call(method, path string, body []byte) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method,
		fmt.Sprintf("http://127.0.0.1:%d/api/v1/%s", apiPort, path), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+h.token)
	request.Header.Set("Content-Type", "application/yaml")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	var said map[string]any
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, fmt.Errorf("%s %s: %s: %w", method, path, text, err)
	}
	switch {
	case answer.StatusCode == http.StatusUnprocessableEntity:
		return nil, refused(said)
	case answer.StatusCode == http.StatusNotFound:
		return nil, errGone
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
	return said, nil
}

func refused(said map[string]any) refusal {
	var reasons []string
	for _, finding := range list(said, "findings") {
		if finding["severity"] == "error" {
			reasons = append(reasons, fmt.Sprint(finding["field"], ": ", finding["message"]))
		}
	}
	return refusal{reasons}
}

// apply puts resources in force, all or none.
func (h *heddle) apply(objects ...object) error {
	var text bytes.Buffer
	for _, each := range objects {
		sent := each.copy()
		delete(sent, "status")
		delete(sent.metadata(), "resourceVersion")
		document, err := json.Marshal(sent)
		if err != nil {
			return err
		}
		text.WriteString("---\n")
		text.Write(document)
		text.WriteString("\n")
	}
	_, err := h.call(http.MethodPost, "resources", text.Bytes())
	return err
}

func (h *heddle) file(k kind, namespace, name string) string {
	return filepath.Join(h.directory, "config", k.plural+"-"+namespace+"-"+name+".json")
}

// lay writes a resource where the control plane watches.
func (h *heddle) lay(k kind, made object) error {
	text, err := json.Marshal(made)
	if err != nil {
		return err
	}
	return os.WriteFile(h.file(k, made.namespace(), made.name()), text, 0o600)
}

// lift removes what was written so, and tells whether it was.
func (h *heddle) lift(k kind, namespace, name string) bool {
	return os.Remove(h.file(k, namespace, name)) == nil
}

// remove takes a resource out of force.
func (h *heddle) remove(word, namespace, name string) error {
	if namespace == "" {
		namespace = "_"
	}
	_, err := h.call(http.MethodDelete, "resources/"+word+"/"+namespace+"/"+name, nil)
	return err
}

// status is what the control plane says of a resource; nil where it says nothing.
func (h *heddle) status(word, namespace, name string) (any, error) {
	if namespace == "" {
		namespace = "_"
	}
	said, err := h.call(http.MethodGet, "resources/"+word+"/"+namespace+"/"+name, nil)
	if errors.Is(err, errGone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	resource, _ := said["resource"].(map[string]any)
	return resource["status"], nil
}
