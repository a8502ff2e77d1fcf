/// Route tables, compiled.
///
/// A [CompiledRoutes] is made once from a validated configuration and asked by every worker:
/// domains are an index, header names are interned, patterns and header values are parsed. What a
/// table answers is what Envoy answers for the same configuration; its own test tables are run
/// against it.
@NullMarked
package dev.heddle.proxy.route.table;

import org.jspecify.annotations.NullMarked;
