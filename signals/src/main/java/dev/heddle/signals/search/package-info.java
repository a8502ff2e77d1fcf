/// Keeps logs and spans so that they can be searched: an index of Lucene, in parts by time.
@NullMarked
package dev.heddle.signals.search;

import org.jspecify.annotations.NullMarked;
