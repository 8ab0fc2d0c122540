module seatrial.io/localcloud/pause

go 1.24.0
