package suite

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/labels"
)

// An object as the API has it.
type object map[string]any

func (o object) copy() object {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // it was read from JSON
	}
	var made object
	if err := json.Unmarshal(text, &made); err != nil {
		panic(err)
	}
	return made
}

func (o object) metadata() map[string]any {
	metadata, ok := o["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		o["metadata"] = metadata
	}
	return metadata
}

func (o object) name() string      { return text(o, "metadata", "name") }
func (o object) namespace() string { return text(o, "metadata", "namespace") }

// at is what stands at a path; nil where nothing does.
func at(of any, path ...string) any {
	for _, key := range path {
		switch it := of.(type) {
		case object:
			of = it[key]
		case map[string]any:
			of = it[key]
		default:
			return nil
		}
	}
	return of
}

func text(of any, path ...string) string {
	found, _ := at(of, path...).(string)
	return found
}

func texts(of any, path ...string) map[string]string {
	found := map[string]string{}
	mapping, _ := at(of, path...).(map[string]any)
	for key, value := range mapping {
		found[key] = fmt.Sprint(value)
	}
	return found
}

// list is the mappings of a list.
func list(of any, path ...string) []map[string]any {
	var found []map[string]any
	items, _ := at(of, path...).([]any)
	for _, item := range items {
		if mapping, ok := item.(map[string]any); ok {
			found = append(found, mapping)
		}
	}
	return found
}

var (
	errNotFound = errors.New("not found")
	errExists   = errors.New("already exists")
	errConflict = errors.New("the object has been modified")
)

// A cluster is what the suite believes to be one: objects, of which the control plane gets those
// that it reads, and pods and proxies that run because of them.
type cluster struct {
	heddle  *heddle
	network *network
	nodes   *nodes

	// Held while something is written, so that the control plane sees changes in their order.
	writing sync.Mutex
	reading sync.RWMutex
	objects map[string]object
	version int64
}

func key(k kind, namespace, name string) string {
	return k.group + "/" + k.plural + "/" + namespace + "/" + name
}

func (c *cluster) get(k kind, namespace, name string) (object, error) {
	c.reading.RLock()
	found, ok := c.objects[key(k, namespace, name)]
	c.reading.RUnlock()
	if !ok {
		return nil, errNotFound
	}
	return c.shown(k, found)
}

// shown is an object with its status.
func (c *cluster) shown(k kind, found object) (object, error) {
	made := found.copy()
	if !k.hasStatus {
		return made, nil
	}
	status, err := c.heddle.status(k.heddle, made.namespace(), made.name())
	if err != nil {
		return nil, err
	}
	delete(made, "status")
	if status != nil {
		made["status"] = status
	}
	return made, nil
}

// list is the objects of a kind, in a namespace where one is named.
func (c *cluster) list(k kind, namespace string, selector labels.Selector) ([]object, error) {
	prefix := k.group + "/" + k.plural + "/"
	if namespace != "" {
		prefix += namespace + "/"
	}
	c.reading.RLock()
	var found []object
	for _, each := range slices.Sorted(maps.Keys(c.objects)) {
		it := c.objects[each]
		if strings.HasPrefix(each, prefix) && selector.Matches(labels.Set(texts(it, "metadata", "labels"))) {
			found = append(found, it)
		}
	}
	c.reading.RUnlock()
	for i, each := range found {
		made, err := c.shown(k, each)
		if err != nil {
			return nil, err
		}
		found[i] = made
	}
	return found, nil
}

func (c *cluster) create(k kind, made object) (object, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if _, err := c.get(k, made.namespace(), made.name()); err == nil {
		return nil, errExists
	}
	metadata := made.metadata()
	metadata["creationTimestamp"] = time.Now().UTC().Format(time.RFC3339)
	metadata["generation"] = int64(1)
	metadata["uid"] = fmt.Sprintf("00000000-0000-0000-0000-%012d", c.version+1)
	if k.plural == services.plural {
		c.network.complete(made)
	}
	return c.write(k, made, true)
}

func (c *cluster) update(k kind, made object) (object, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.reading.RLock()
	before, ok := c.objects[key(k, made.namespace(), made.name())]
	c.reading.RUnlock()
	if !ok {
		return nil, errNotFound
	}
	metadata := made.metadata()
	if said, ok := metadata["resourceVersion"]; ok && said != before.metadata()["resourceVersion"] {
		return nil, errConflict
	}
	metadata["creationTimestamp"] = before.metadata()["creationTimestamp"]
	metadata["uid"] = before.metadata()["uid"]
	generation, _ := strconv.ParseInt(fmt.Sprint(before.metadata()["generation"]), 10, 64)
	if !same(made["spec"], before["spec"]) {
		generation++
	}
	metadata["generation"] = generation
	return c.write(k, made, false)
}

func same(one, other any) bool {
	first, _ := json.Marshal(one)
	second, _ := json.Marshal(other)
	return string(first) == string(second)
}

// write puts an object in force, and then whatever has to run because of it.
func (c *cluster) write(k kind, made object, isNew bool) (object, error) {
	if k.plural == deployments.plural {
		if _, err := programOf(made); err != nil {
			return nil, err
		}
	}
	if k.heddle != "" {
		sent := []object{made}
		if k.plural == gateways.plural {
			sent = append(sent, c.nodes.frontOf(made))
		}
		err := c.heddle.apply(sent...)
		var invalid refusal
		if k.isUnchecked && errors.As(err, &invalid) {
			err = c.heddle.lay(k, made)
		}
		if err != nil && isNew && k.plural == gateways.plural {
			err = errors.Join(err, c.nodes.end(made))
		}
		if err != nil {
			return nil, err
		}
	}
	c.put(k, made)
	switch {
	case k.plural == gateways.plural:
		if err := c.nodes.serve(made); err != nil {
			return nil, err
		}
	case k.plural == deployments.plural && isNew:
		if err := c.deploy(made); err != nil {
			return nil, err
		}
	}
	return c.get(k, made.namespace(), made.name())
}

// put keeps an object of which nobody else has to know.
func (c *cluster) put(k kind, made object) {
	c.reading.Lock()
	defer c.reading.Unlock()
	c.version++
	kept := made.copy()
	delete(kept.metadata(), "managedFields")
	kept.metadata()["resourceVersion"] = strconv.FormatInt(c.version, 10)
	c.objects[key(k, made.namespace(), made.name())] = kept
}

func (c *cluster) drop(k kind, namespace, name string) (object, bool) {
	c.reading.Lock()
	defer c.reading.Unlock()
	at := key(k, namespace, name)
	found, ok := c.objects[at]
	delete(c.objects, at)
	return found, ok
}

func (c *cluster) remove(k kind, namespace, name string) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.removeHeld(k, namespace, name)
}

func (c *cluster) removeHeld(k kind, namespace, name string) error {
	if k.plural == namespaces.plural {
		for _, of := range kinds {
			inside, err := c.list(of, name, labels.Everything())
			if err != nil {
				return err
			}
			for _, each := range inside {
				if err := c.removeHeld(of, name, each.name()); err != nil && !errors.Is(err, errNotFound) {
					return err
				}
			}
		}
	}
	found, ok := c.drop(k, namespace, name)
	if !ok {
		return errNotFound
	}
	switch k.plural {
	case deployments.plural:
		if err := c.undeploy(found); err != nil {
			return err
		}
	case gateways.plural:
		if err := c.nodes.end(found); err != nil {
			return err
		}
	}
	if k.heddle == "" {
		return nil
	}
	if c.heddle.lift(k, namespace, name) {
		return nil
	}
	return c.heddle.remove(k.heddle, namespace, name)
}
