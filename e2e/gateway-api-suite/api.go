package suite

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/labels"
)

// api is as much of Kubernetes' API as the suite uses. It is asked by the client that the suite makes
// anew for each of its tests, so that it has to be a server.
type api struct{ cluster *cluster }

// serve answers until the process ends, and returns where.
func (a *api) serve() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go http.Serve(listener, a) //nolint:gosec,errcheck // it ends with the process
	return "http://" + listener.Addr().String(), nil
}

// A place in the API, as in `/apis/apps/v1/namespaces/shop/deployments/cart/scale`.
type place struct {
	kind                         kind
	version, namespace, name, of string
}

func parse(path string) (place, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	group := ""
	switch {
	case len(parts) > 3 && parts[0] == "apis":
		group, parts = parts[1], parts[2:]
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[1:]
	default:
		return place{}, false
	}
	it := place{version: parts[0]}
	rest := parts[1:]
	if rest[0] == "namespaces" && len(rest) > 2 {
		it.namespace = rest[1]
		rest = rest[2:]
	}
	found, ok := find(group, rest[0])
	it.kind = found
	if len(rest) > 1 {
		it.name = rest[1]
	}
	if len(rest) > 2 {
		it.of = rest[2]
	}
	return it, ok
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	it, ok := parse(r.URL.Path)
	if !ok {
		fail(w, http.StatusNotFound, "NotFound", "the rig has nothing at "+r.URL.Path)
		return
	}
	if it.of == "exec" {
		a.cluster.exec(w, r, it.namespace, it.name)
		return
	}
	if it.of == "log" {
		a.log(w, r, it)
		return
	}
	if it.of != "" {
		fail(w, http.StatusNotFound, "NotFound", "the rig has no "+it.of)
		return
	}
	answer, status, err := a.answer(it, r)
	if err != nil {
		report(w, it, err)
		return
	}
	reply(w, status, answer)
}

func (a *api) answer(it place, r *http.Request) (any, int, error) {
	switch r.Method {
	case http.MethodGet:
		if it.name == "" {
			found, err := a.list(it, r)
			return found, http.StatusOK, err
		}
		found, err := a.cluster.get(it.kind, it.namespace, it.name)
		return it.typed(found), http.StatusOK, err
	case http.MethodPost:
		made, err := it.read(r)
		if err == nil {
			made, err = a.cluster.create(it.kind, made)
		}
		return it.typed(made), http.StatusCreated, err
	case http.MethodPut:
		made, err := it.read(r)
		if err == nil {
			made, err = a.cluster.update(it.kind, made)
		}
		return it.typed(made), http.StatusOK, err
	case http.MethodPatch:
		made, err := a.patch(it, r)
		return it.typed(made), http.StatusOK, err
	case http.MethodDelete:
		err := a.cluster.remove(it.kind, it.namespace, it.name)
		return object{"kind": "Status", "apiVersion": "v1", "status": "Success"}, http.StatusOK, err
	}
	return nil, 0, fmt.Errorf("%s: the rig does not know it", r.Method)
}

func (a *api) list(it place, r *http.Request) (object, error) {
	if r.URL.Query().Get("watch") != "" {
		return nil, errors.New("the rig tells nobody of changes")
	}
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		return nil, err
	}
	found, err := a.cluster.list(it.kind, it.namespace, selector)
	items := []object{}
	for _, each := range found {
		items = append(items, it.typed(each))
	}
	return object{
		"apiVersion": it.apiVersion(), "kind": it.kind.name + "List",
		"metadata": object{"resourceVersion": "1"}, "items": items,
	}, err
}

// patch takes the one kind of patch that the suite makes.
func (a *api) patch(it place, r *http.Request) (object, error) {
	if kind := r.Header.Get("Content-Type"); kind != "application/merge-patch+json" {
		return nil, fmt.Errorf("%s: the rig does not know such patches", kind)
	}
	change, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	found, err := a.cluster.get(it.kind, it.namespace, it.name)
	if err != nil {
		return nil, err
	}
	before, err := json.Marshal(found)
	if err != nil {
		return nil, err
	}
	after, err := jsonpatch.MergePatch(before, change)
	if err != nil {
		return nil, err
	}
	var made object
	if err := json.Unmarshal(after, &made); err != nil {
		return nil, err
	}
	return a.cluster.update(it.kind, made)
}

func (it place) apiVersion() string {
	if it.kind.group == "" {
		return it.version
	}
	return it.kind.group + "/" + it.version
}

// typed is an object in the version that is asked for.
func (it place) typed(of object) object {
	if of != nil {
		of["apiVersion"] = it.apiVersion()
		of["kind"] = it.kind.name
	}
	return of
}

func (it place) read(r *http.Request) (object, error) {
	var made object
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil {
		return nil, err
	}
	if !it.kind.clusterWide {
		made.metadata()["namespace"] = it.namespace
	}
	return it.typed(made), nil
}

// log is what a pod printed, each line of it since a time where one is named.
func (a *api) log(w http.ResponseWriter, r *http.Request, it place) {
	since, _ := time.Parse(time.RFC3339, r.URL.Query().Get("sinceTime"))
	pod, ok := a.cluster.nodes.pod(it.namespace, it.name)
	if !ok {
		fail(w, http.StatusNotFound, "NotFound", "no pod "+it.namespace+"/"+it.name+" runs")
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	for _, line := range pod.log.since(since) {
		fmt.Fprintln(w, line)
	}
}

func report(w http.ResponseWriter, it place, err error) {
	what := it.kind.plural + " " + it.namespace + "/" + it.name + ": " + err.Error()
	var invalid refusal
	switch {
	case errors.Is(err, errNotFound):
		fail(w, http.StatusNotFound, "NotFound", what)
	case errors.Is(err, errExists):
		fail(w, http.StatusConflict, "AlreadyExists", what)
	case errors.Is(err, errConflict):
		fail(w, http.StatusConflict, "Conflict", what)
	case errors.As(err, &invalid):
		fail(w, http.StatusUnprocessableEntity, "Invalid", what)
	default:
		fail(w, http.StatusInternalServerError, "InternalError", what)
	}
}

func fail(w http.ResponseWriter, status int, reason, message string) {
	reply(w, status, object{
		"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status,
		"reason": reason, "message": message,
	})
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer) //nolint:errcheck // whoever asked is gone
}
