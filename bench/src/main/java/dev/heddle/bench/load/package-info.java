/// Load: what is asked of a proxy, the programs that ask, and what they report.
@NullMarked
package dev.heddle.bench.load;

import org.jspecify.annotations.NullMarked;
