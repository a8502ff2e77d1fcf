/// The cost of single steps of the data path, measured by JMH: `./heddle bench --micro`.
///
/// These find out why a whole-process row moved; they are no targets themselves. Each benchmark
/// says in its first lines what one operation stands for in a proxied request.
@NullMarked
package dev.heddle.bench.jmh;

import org.jspecify.annotations.NullMarked;
