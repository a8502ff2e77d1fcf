/// Makes metadata out of requests' headers, as what callers say of themselves.
@NullMarked
package dev.heddle.proxy.filter.headertometadata;

import org.jspecify.annotations.NullMarked;
