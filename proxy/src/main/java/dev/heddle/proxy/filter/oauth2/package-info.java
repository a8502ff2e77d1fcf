/// Logging in at an authorization server: the browser is sent there, comes back with a code, which
/// is exchanged for tokens, and keeps those in cookies that only proxies with the same key can
/// make.
@NullMarked
package dev.heddle.proxy.filter.oauth2;

import org.jspecify.annotations.NullMarked;
