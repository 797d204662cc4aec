      * A payment as a mainframe writes it.
       01  PAYMENT.
           05  PAY-ID            PIC X(8).
           05  PAY-AMOUNT        PIC S9(7)V99 COMP-3.
           05  PAY-UNITS         PIC S9(4) COMP.
           05  PAY-RATE          PIC S9(3)V9(4).
           05  PAY-ALTERNATE     REDEFINES PAY-RATE PIC X(7).
           05  PAY-ITEM          OCCURS 2 TIMES.
               10  ITEM-CODE     PIC X(2).
               10  ITEM-COUNT    PIC 9(3).
           05  FILLER            PIC X(2).
