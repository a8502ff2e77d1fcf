/// How often the mesh's rules are chosen, as proxies report it.
///
/// One thread, that of [dev.heddle.control.hits.RuleHits], owns the numbers (`HitTable`) and keeps
/// them in a file (`HitsRecord`).
@NullMarked
package dev.heddle.control.hits;

import org.jspecify.annotations.NullMarked;
