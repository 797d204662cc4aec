#!/usr/bin/env bash
# What is at AWS, on real screens.
. "$(dirname "$0")/../lib.sh"
. tests/live.sh

live_screens rollups rollups '1 of 12'
live_screens queues queues '1 of 2'
live_screens files "files s3://recon-files-000000000000-us-east-1/valley-fleet/settlement/" 'FAILED'
