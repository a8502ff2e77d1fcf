/// Names with passwords, which requests must have (RFC 7617).
@NullMarked
package dev.heddle.proxy.filter.basicauth;

import org.jspecify.annotations.NullMarked;
