// Package bounded keeps values that can be made again, as many as memory is spent on.
package bounded

import "sync"

// Cache keeps at most so many values by key. For one more it forgets any other one: callers that
// take turns on more keys than fit still find most of them. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	most int

	mu   sync.Mutex // guards kept
	kept map[K]V
}

// NewCache returns an empty cache of at most so many values.
func NewCache[K comparable, V any](most int) *Cache[K, V] {
	return &Cache[K, V]{most: most, kept: map[K]V{}}
}

// Get returns the value of a key, if it is kept.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok = c.kept[key]
	return value, ok
}

// Put keeps the value of a key.
func (c *Cache[K, V]) Put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(key, value)
}

// Make returns the value of a key, which it makes if it is not kept. Of concurrent calls one
// makes a value, and the others wait for it. An error is returned, and nothing kept.
func (c *Cache[K, V]) Make(key K, make func() (V, error)) (V, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if value, ok := c.kept[key]; ok {
		return value, nil
	}
	value, err := make()
	if err == nil {
		c.put(key, value)
	}
	return value, err
}

// Forget drops the value of a key.
func (c *Cache[K, V]) Forget(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, key)
}

// Clear drops all values.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.kept)
}

func (c *Cache[K, V]) put(key K, value V) {
	if _, known := c.kept[key]; !known {
		for other := range c.kept {
			if len(c.kept) < c.most {
				break
			}
			delete(c.kept, other)
		}
	}
	c.kept[key] = value
}
