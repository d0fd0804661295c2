package cube

import "assay/domain"

// Watch tells when something new is published for a tenant, until stop is called. The
// channel holds one word at most: several publications in a row may come as one, and after a
// lost connection one comes for what may have been missed. It is never closed.
func (e *Engine) Watch(tenant domain.TenantID) (news <-chan struct{}, stop func()) {
	watcher := make(chan struct{}, 1)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.watchers[tenant] == nil {
		e.watchers[tenant] = map[chan struct{}]struct{}{}
	}
	e.watchers[tenant][watcher] = struct{}{}
	return watcher, func() {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		delete(e.watchers[tenant], watcher)
		if len(e.watchers[tenant]) == 0 {
			delete(e.watchers, tenant)
		}
	}
}

// tell passes the word on to who watches a tenant. The engine's mutex is held.
func (e *Engine) tell(tenant domain.TenantID) {
	for watcher := range e.watchers[tenant] {
		select {
		case watcher <- struct{}{}:
		default: // it has not heard the last one yet
		}
	}
}
