/// `heddle explain`: what becomes of one request, in words and as JSON.
@NullMarked
package dev.heddle.cli.explain;

import org.jspecify.annotations.NullMarked;
