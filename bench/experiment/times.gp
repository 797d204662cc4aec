# Time against the count of shards. Bands: arithmetic, 90 of 100 days.
set terminal svg size 820,620 font "sans-serif,13" background "white"
set output "docs/pictures/experiment-times.svg"
results = "bench/experiment/results/"
set title "A file-day of a million records: seconds until the last one is written"
set logscale x 2
set logscale y 10
set xrange [0.9:600]
set yrange [20:1500]
set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
set xlabel "partition keys of the day"
set ylabel "seconds"
set grid lc rgb "#dddddd"
set key outside bottom center maxcols 2 samplen 2
set arrow from 0.9, 24 to 600, 24 nohead dt 3 lc rgb "#777777"
set label "the table's quota, 40,000 a second" at 1, 27 tc rgb "#777777"
plot results . "days" using ($1 == 0 ? $2 : NaN):3:5 with filledcurves lc rgb "#f6c9a8" fs transparent solid 0.5 title "arithmetic, 9 days of 10: new on demand", \
     "" using ($1 > 0 ? $2 : NaN):3:5 with filledcurves lc rgb "#a9c8ea" fs transparent solid 0.5 title "arithmetic: ready for 40,000", \
     results . "times.dat" using 1:($2 * 1000) with points pt 7 ps 0.9 lc rgb "#c2570c" title "model: new on demand", \
     "" using 1:($3 * 1000) with points pt 7 ps 0.9 lc rgb "#1f5fa8" title "model: ready for 40,000", \
     "" using 1:($4 * 1000) with linespoints pt 7 ps 0.9 lc rgb "#2e7d32" title "model: a partition a shard", \
     "" using 1:($5 * 1000) with points pt 7 ps 0.9 lc rgb "#6a3fa0" title "model: 20,000 provisioned", \
     results . "worker.dat" using 1:($2 * 1000) with points pt 6 ps 1.6 lw 1.5 lc rgb "#c2570c" title "real worker, scaled up: new on demand", \
     "" using 1:($3 * 1000) with points pt 6 ps 1.6 lw 1.5 lc rgb "#6a3fa0" title "real worker: provisioned"
