-- Relations for BI, made of what the file being written, `reader`, shows already.
CREATE TABLE reader.marts.dim_date AS
SELECT
    day::DATE AS date_day, year(day) AS year, quarter(day) AS quarter, month(day) AS month,
    date_trunc('month', day)::DATE AS month_start_date, date_trunc('week', day)::DATE AS week_start_date,
    strftime(day, '%G-W%V') AS iso_week, isodow(day) AS iso_day
FROM range(TIMESTAMP '2015-01-01', TIMESTAMP '2036-01-01', INTERVAL 1 DAY) AS days (day);

CREATE TABLE reader.marts.wide_vendor_weekly AS
WITH vendors AS (
    FROM reader.marts.dim_vendors QUALIFY row_number() OVER (PARTITION BY vendor_id ORDER BY valid_from DESC) = 1
)
SELECT
    shares.week_start_date, shares.vendor_id, coalesce(vendors.vendor_name, shares.vendor_id) AS vendor_name,
    coalesce(vendors.country_code, 'ZZ') AS country_code, coalesce(vendors.is_chinese, false) AS is_chinese,
    shares.tokens, shares.vendor_share, shares.upper_share, programming.vendor_share AS programming_share,
    spend.lower_share AS spend_lower_share, spend.upper_share AS spend_upper_share, shares.status, shares.as_of
FROM reader.metrics.vendor_share_weekly AS shares
LEFT JOIN vendors USING (vendor_id)
LEFT JOIN reader.metrics.vendor_programming_share_weekly AS programming USING (week_start_date, vendor_id)
LEFT JOIN reader.metrics.router_spend_share_estimated_weekly AS spend USING (week_start_date, vendor_id)
ORDER BY ALL;

CREATE TABLE reader.marts.wide_country_weekly AS
WITH summed AS (
    SELECT
        week_start_date, country_code, count(*) AS vendors_count, sum(tokens)::BIGINT AS tokens,
        if(bool_or(status = 'held'), 'held', max(status)) AS status, min(as_of) AS as_of
    FROM reader.marts.wide_vendor_weekly GROUP BY ALL
)
SELECT
    week_start_date, country_code, vendors_count, tokens,
    tokens / sum(tokens) OVER (PARTITION BY week_start_date) AS country_share, status, as_of
FROM summed ORDER BY ALL;
