/// Signing in at a provider of OpenID Connect, by the authorization code flow with PKCE.
///
/// The page begins a login and gets where to go, a state and a secret of its tab; the provider
/// sends the browser back to the page with a code, which the page hands in with the secret. What
/// comes of it is a token as a password buys one. Start at
/// [dev.heddle.control.access.oidc.ProviderLogins].
@NullMarked
package dev.heddle.control.access.oidc;

import org.jspecify.annotations.NullMarked;
