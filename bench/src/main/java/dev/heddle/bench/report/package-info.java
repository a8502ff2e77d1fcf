/// A run on paper: a table for people, JSON with every round, a picture.
@NullMarked
package dev.heddle.bench.report;

import org.jspecify.annotations.NullMarked;
