#!/usr/bin/env bash
# What is at AWS, on real screens.
. "$(dirname "$0")/../lib.sh"
. tests/live.sh

bucket=recon-files-000000000000-us-east-1

live_open
live_golden pulse '2026-04-03 waits for'
live_screens programs files 'valley-fleet'
live_screens program-files 'files valley-fleet' 'settlement/2026-04-01'
live_screens files "files s3://$bucket/valley-fleet/settlement/" 'FAILED'
live_screens file "file $bucket/valley-fleet/internal/2026-04-03.txt" 'Delivery'
live_screens file-failed "file $bucket/valley-fleet/settlement/2026-04-03.txt" 'Versions'
live_screens record "record s3://$bucket/valley-fleet/internal/2026-04-03.txt 3" 'purchase_date'
live_screens queues queues '1 of 2'
live_screens rollups rollups '1 of 12'
live_screens versions 'versions meadow-credit 2026-04-03' '1 of 1'
live_screens records 'records valley-fleet 2026-04-03 transaction_id:0292F2' '35 requests'
live_screens shards 'shards meadow-credit 2026-04-03' 'as even as chance'
live_screens identity 'identity !requests !cost' 'account'
live_screens errors errors 'no messages'
