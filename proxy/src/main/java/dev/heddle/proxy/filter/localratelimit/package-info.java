/// How many requests may pass.
@NullMarked
package dev.heddle.proxy.filter.localratelimit;

import org.jspecify.annotations.NullMarked;
