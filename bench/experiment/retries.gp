# What a fleet of writers makes of 25,600 records of one key, by what it sends again.
set terminal svg size 820,400 font "sans-serif,13" background "white"
set output "docs/pictures/experiment-retries.svg"
set title "25,600 records for one partition key, offered all at once"
set style data histograms
set style histogram clustered gap 1.5
set style fill solid 0.9 border -1
set boxwidth 0.9
set grid y lc rgb "#dddddd"
set logscale y 10
set yrange [1:1000]
set ylabel "seconds; tries a record"
set key outside bottom center horizontal
plot "bench/experiment/results/retries.dat" using 2:xtic(1) lc rgb "#1f5fa8" title "seconds (25 by arithmetic, if nothing were wasted)", \
     "" using 3 lc rgb "#c2570c" title "tries a record"
