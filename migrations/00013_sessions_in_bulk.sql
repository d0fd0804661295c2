-- +goose Up
-- Sessions come in bulk, like declarations: a foreign key to tenant costs several times the row,
-- and only the warehouse room writes them, in a transaction of that tenant.
ALTER TABLE workstation_session DROP CONSTRAINT workstation_session_tenant_id_fkey;

-- +goose Down
ALTER TABLE workstation_session ADD CONSTRAINT workstation_session_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant;
