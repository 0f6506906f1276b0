-- For each author in usage or catalogue the row of `authors` to propose: a vendor known by that name, else a new one.
-- Decision: names are compared by letters and digits alone. A vendor of that id, the vendor of the organisation on the
-- Hub with the author's weights, and a vendor of the name in the catalogue are tried in this order.
-- Decision: an author known to usage alone has no proposal; a person has to look it up.
with authors as (
    select distinct split_part(model_id, '/', 1) as author from {{ ref('int_models_met') }}
),

entries as (
    select
        *,
        if(contains(name, ': '), split_part(name, ': ', 1), null) as developer,
        {{ plain_name("split_part(repository, '/', 1)") }} as organisation_key
    from {{ ref('int_catalogue_newest') }}
),

vendors as (
    select distinct vendor_id, vendor_name from {{ ref('vendors') }}
),

organisations as (
    select {{ plain_name('organisation') }} as organisation_key, vendor_id from {{ ref('hub_organisations') }}
),

candidates as (
    select authors.author, 1 as preference, vendors.vendor_id
    from authors
    inner join vendors on {{ plain_name('authors.author') }} = {{ plain_name('vendors.vendor_id') }}
    union all
    select entries.author, 2, organisations.vendor_id
    from entries
    inner join organisations on entries.organisation_key = organisations.organisation_key
    union all
    select entries.author, 3, vendors.vendor_id
    from entries
    inner join vendors on {{ plain_name('entries.developer') }} = {{ plain_name('vendors.vendor_name') }}
),

known as (
    select author, first(vendor_id order by preference, vendor_id) as vendor_id from candidates group by author
),

listed as (
    select author, min(coalesce(developer, author)) as developer from entries group by author
),

final as (
    select
        authors.author,
        case
            when known.vendor_id is not null then json_object('vendor_id', known.vendor_id)
            when listed.author is not null
                then json_object('vendor_id', lower(authors.author), 'vendor_name', listed.developer)
        end as proposal
    from authors
    left join known on authors.author = known.author
    left join listed on authors.author = listed.author
)

select * from final
