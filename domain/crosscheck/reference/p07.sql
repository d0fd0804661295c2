-- P7: an increase of duty by Customs, most of which was taken back soon after.
SELECT d.declaration_id, EXISTS (SELECT 1 FROM parameters p CROSS JOIN version v JOIN version w ON w.declaration_id = v.declaration_id AND w.number > v.number
	WHERE v.declaration_id = d.declaration_id AND v.by_customs AND v.duty_change >= v.duty_epsilon AND w.cause IN ('post_entry', 'cancelled', 'refund')
		AND w.day - v.day <= p.reversal_days AND (v.payable - w.payable) * 1000 >= p.reversed_per_mille * v.duty_change) AS broken
FROM paper d WHERE d.has_versions
