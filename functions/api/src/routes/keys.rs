//! `/api/v1/keys`: for keys with the scope `admin`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use quartet_aws::keys::{MOST_KEYS, Made};
use quartet_aws::vault::draw;
use quartet_domain::access::{ApiKey, KeyHash, Owner, Scope, key_text};
use quartet_domain::ids::{KeyId, Seed};
use quartet_domain::subscription::FieldFlaw;

use crate::App;
use crate::body::{Object, read};
use crate::page::Asked;
use crate::refusal::Refusal;
use crate::wire::key::{KeyShown, KeysShown, NewKey};

const LONGEST_NAME: usize = 100;
const MOST_SCOPES: usize = 3;

/// Make an API key
///
/// The answer holds the key itself, this once.
#[utoipa::path(
    post, path = "/api/v1/keys", tag = "keys", operation_id = "makeKey", request_body = NewKey,
    responses((status = 201, body = KeyShown))
)]
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<ApiKey>,
    Extension(seed): Extension<Seed>,
    Object(map): Object,
) -> Result<Response, Refusal> {
    let wish = read::<NewKey>(map).map_err(Refusal::Invalid)?;
    let api_key = choose(wish, &caller, seed).map_err(Refusal::Invalid)?;
    let count = app.keys.list(&api_key.owner).await?.len();
    if count >= usize::try_from(MOST_KEYS).unwrap_or(usize::MAX) {
        return Err(Refusal::Conflict(format!("this owner has {count} keys: remove some")));
    }
    let text = key_text(draw()?);
    let hash = KeyHash::of(&text).ok_or(Refusal::Unavailable)?;
    if app.keys.make(&api_key, &hash).await? == Made::Already {
        // Made by this request before, which died before it could tell the key: nobody has it.
        app.keys.remove(&api_key.owner, &api_key.id).await?;
        app.keys.make(&api_key, &hash).await?;
    }
    Ok((StatusCode::CREATED, Json(KeyShown::of(&api_key).with_text(&text))).into_response())
}

fn choose(wish: NewKey, caller: &ApiKey, seed: Seed) -> Result<ApiKey, Vec<FieldFlaw>> {
    let mut flaws = Vec::new();
    let mut say = |field: &str, message: String| flaws.push(FieldFlaw::new(field, message));
    let is_name = |name: &str| {
        name.chars().count() <= LONGEST_NAME && !name.contains(char::is_control) && !name.trim().is_empty()
    };
    match &wish.name {
        None => say("name", "is required".to_owned()),
        Some(name) if is_name(name) => {}
        Some(_) => {
            say("name", format!("must have 1 to {LONGEST_NAME} characters on one line, not all blank"))
        }
    }
    match &wish.scopes {
        None => say("scopes", "is required: read, write or admin".to_owned()),
        // Before the same ones become one: how many were sent is what is limited.
        Some(scopes) if (1..=MOST_SCOPES).contains(&scopes.len()) => {}
        Some(_) => say("scopes", format!("must hold 1 to {MOST_SCOPES} of read, write and admin")),
    }
    let name = wish.name.unwrap_or_default();
    let mut scopes: Vec<Scope> = wish.scopes.unwrap_or_default().into_iter().map(Scope::from).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let owner = match wish.owner {
        None => Some(caller.owner.clone()),
        Some(text) => Owner::parse(&text).filter(|owner| may_name(caller, owner)),
    };
    if owner.is_none() {
        flaws.push(FieldFlaw::new(
            "owner",
            "must be your own; the deployment's key may name any: 1 to 40 of a-z, 0-9, -",
        ));
    }
    if wish.expires_at.is_some_and(|at| at <= seed.at) {
        flaws.push(FieldFlaw::new("expires_at", "must lie ahead"));
    }
    match owner {
        Some(owner) if flaws.is_empty() => Ok(ApiKey {
            id: KeyId::made(seed),
            owner,
            name,
            scopes,
            created_at: seed.at,
            expires_at: wish.expires_at,
        }),
        _ => Err(flaws),
    }
}

/// Owners are kept apart: only whoever deployed may open a door to another one.
fn may_name(caller: &ApiKey, owner: &Owner) -> bool {
    *owner == caller.owner || caller.id == ApiKey::of_the_deployment().id
}

/// The owner that is asked about.
fn asked_about(asked: &mut Asked, caller: &ApiKey) -> Owner {
    let read = |text: &str| Owner::parse(text).filter(|owner| may_name(caller, owner));
    asked.take("owner", "must be your own", read).unwrap_or_else(|| caller.owner.clone())
}

/// List API keys
///
/// Without their text, which is kept nowhere.
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "keys", operation_id = "listKeys",
    params(("owner" = Option<String>, Query, description = "Yours by default; only the deployment's key may name another")),
    responses((status = 200, body = KeysShown))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<ApiKey>,
    mut asked: Asked,
) -> Result<Json<KeysShown>, Refusal> {
    let owner = asked_about(&mut asked, &caller);
    asked.done()?;
    let keys = app.keys.list(&owner).await?;
    Ok(Json(KeysShown { keys: keys.iter().map(KeyShown::of).collect() }))
}

/// Remove an API key
///
/// It opens nothing any more when this is answered.
#[utoipa::path(
    delete, path = "/api/v1/keys/{key_id}", tag = "keys", operation_id = "removeKey",
    params(
        ("key_id" = String, Path),
        ("owner" = Option<String>, Query, description = "Yours by default; only the deployment's key may name another")
    ),
    responses((status = 204, description = "It is removed"))
)]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<ApiKey>,
    Path(id): Path<String>,
    mut asked: Asked,
) -> Result<StatusCode, Refusal> {
    let owner = asked_about(&mut asked, &caller);
    asked.done()?;
    let absent = Refusal::Absent("key");
    let Some(id) = KeyId::parse(&id) else { return Err(absent) };
    if app.keys.remove(&owner, &id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(absent) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::key::ScopeWord;
    use jiff::Timestamp;

    #[test]
    fn what_a_key_must_have() {
        #[track_caller]
        fn check(name: Option<&str>, scopes: Option<usize>, expected: &[&str]) {
            let wish = NewKey {
                name: name.map(str::to_owned),
                scopes: scopes.map(|many| vec![ScopeWord::Read; many]),
                owner: None,
                expires_at: None,
            };
            let seed = Seed { at: Timestamp::UNIX_EPOCH, noise: 1 };
            let said: Vec<_> = match choose(wish, &ApiKey::of_the_deployment(), seed) {
                Ok(_) => vec![],
                Err(flaws) => {
                    flaws.into_iter().map(|flaw| format!("{} {}", flaw.field, flaw.message)).collect()
                }
            };
            assert_eq!(said, expected);
        }
        let scopes = "scopes must hold 1 to 3 of read, write and admin";
        check(Some("a"), Some(1), &[]);
        check(Some("a"), Some(3), &[]);
        check(Some("a"), Some(4), &[scopes]);
        check(Some("a"), Some(0), &[scopes]);
        check(None, None, &["name is required", "scopes is required: read, write or admin"]);
        let name = "name must have 1 to 100 characters on one line, not all blank";
        for wrong in ["", " ", "\u{a0} \u{2003}", "a\nb", &"a".repeat(101)] {
            check(Some(wrong), Some(1), &[name]);
        }
        check(Some(&" é".repeat(50)), Some(1), &[]);
    }

    #[test]
    fn owners_are_kept_apart() {
        #[track_caller]
        fn check(caller: &ApiKey, owner: Option<&str>, expected: Result<&str, &str>) {
            let wish = NewKey {
                name: Some("a".to_owned()),
                scopes: Some(vec![ScopeWord::Read]),
                owner: owner.map(str::to_owned),
                expires_at: None,
            };
            let seed = Seed { at: Timestamp::UNIX_EPOCH, noise: 1 };
            let made = choose(wish, caller, seed).map(|key| key.owner.to_string());
            let made = made.map_err(|flaws| flaws.into_iter().map(|flaw| flaw.field).collect::<String>());
            assert_eq!(made, expected.map(str::to_owned).map_err(str::to_owned));
        }
        let deployment = ApiKey::of_the_deployment();
        let seed = Seed { at: Timestamp::UNIX_EPOCH, noise: 7 };
        let team = ApiKey {
            id: KeyId::made(seed),
            owner: Owner::parse("team").expect("an owner"),
            ..ApiKey::of_the_deployment()
        };
        check(&deployment, None, Ok("default"));
        check(&deployment, Some("team"), Ok("team"));
        check(&deployment, Some("Team!"), Err("owner"));
        check(&team, None, Ok("team"));
        check(&team, Some("team"), Ok("team"));
        check(&team, Some("default"), Err("owner"));
    }
}
