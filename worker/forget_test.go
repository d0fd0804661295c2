package worker

import (
	"fmt"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"assay/deploy/local/dbtest"
	"assay/domain"
)

func TestForgetTakesOneAdministrationOutOfTheQueue(t *testing.T) {
	t.Parallel()
	address := dbtest.Redis(t)
	client := asynq.NewClient(asynq.RedisClientOpt{Addr: address})
	t.Cleanup(func() { _ = client.Close() })
	gone, stays := domain.TenantID(domain.NewID()), domain.TenantID(domain.NewID())
	for i := range 600 { // more than one page
		for _, tenant := range []domain.TenantID{gone, stays} {
			task := asynq.NewTask(taskType, fmt.Appendf(nil, `{"Tenant":%q,"Kind":"x","Arguments":{}}`, tenant))
			options := []asynq.Option{asynq.Queue("batch")}
			if i%3 == 0 {
				options = append(options, asynq.ProcessIn(time.Hour))
			}
			if _, err := client.Enqueue(task, options...); err != nil {
				t.Fatal(err)
			}
		}
	}
	o := Options{RedisAddress: address}
	if removed, err := Forget(t.Context(), o, gone); err != nil || removed != 600 {
		t.Fatalf("removed %d, %v", removed, err)
	}
	inspector := asynq.NewInspector(asynq.RedisClientOpt{Addr: address})
	t.Cleanup(func() { _ = inspector.Close() })
	for tenant, want := range map[domain.TenantID]int{gone: 0, stays: 600} {
		left, err := tasksOf(t.Context(), inspector, "batch", tenant)
		if err != nil || len(left) != want {
			t.Errorf("%d tasks are left, want %d: %v", len(left), want, err)
		}
	}
}
