/// What a worker knows of tokens that it has verified.
@NullMarked
package dev.heddle.proxy.tokens;

import org.jspecify.annotations.NullMarked;
