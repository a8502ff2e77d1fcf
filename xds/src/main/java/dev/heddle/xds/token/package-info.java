/// Tokens that say who sent a request (JSON Web Tokens, RFC 7519), and the keys that sign them.
/// Pure: whose tokens count, and when, is for others to say.
@NullMarked
package dev.heddle.xds.token;

import org.jspecify.annotations.NullMarked;
