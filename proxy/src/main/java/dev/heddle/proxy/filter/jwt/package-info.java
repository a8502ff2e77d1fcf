/// Who sent a request, by the tokens that it brings (JSON Web Tokens, RFC 7519).
@NullMarked
package dev.heddle.proxy.filter.jwt;

import org.jspecify.annotations.NullMarked;
