-- +goose Up
-- Somebody may be head of two sections of one office.
ALTER TABLE membership DROP CONSTRAINT membership_pkey;
ALTER TABLE membership ADD PRIMARY KEY (account_id, tenant_id, role, office, section);

-- +goose Down
DELETE FROM membership m USING membership o WHERE o.account_id = m.account_id AND o.tenant_id = m.tenant_id AND o.role = m.role AND o.office = m.office AND o.section < m.section;
ALTER TABLE membership DROP CONSTRAINT membership_pkey;
ALTER TABLE membership ADD PRIMARY KEY (account_id, tenant_id, role, office);
