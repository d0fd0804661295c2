#include "textflag.h"

// Most of them treat four rows at a time; the number of rows is a multiple of four and not 0.

// func clearEqual32(values *uint32, mask *uint64, rows int, none, affected uint64)
TEXT ·clearEqual32(SB), NOSPLIT, $0-40
	MOVQ         values+0(FP), SI
	MOVQ         mask+8(FP), DI
	MOVQ         rows+16(FP), CX
	VPBROADCASTQ none+24(FP), Y0
	VPBROADCASTQ affected+32(FP), Y1

rows:
	VPMOVZXDQ (SI), Y2
	VPCMPEQQ  Y0, Y2, Y2
	VPAND     Y1, Y2, Y2
	VPANDN    (DI), Y2, Y2
	VMOVDQU   Y2, (DI)
	ADDQ      $16, SI
	ADDQ      $32, DI
	SUBQ      $4, CX
	JGT       rows
	VZEROUPPER
	RET

// func clearEqual64(values, mask *uint64, rows int, none, affected uint64)
TEXT ·clearEqual64(SB), NOSPLIT, $0-40
	MOVQ         values+0(FP), SI
	MOVQ         mask+8(FP), DI
	MOVQ         rows+16(FP), CX
	VPBROADCASTQ none+24(FP), Y0
	VPBROADCASTQ affected+32(FP), Y1

rows:
	VPCMPEQQ (SI), Y0, Y2
	VPAND    Y1, Y2, Y2
	VPANDN   (DI), Y2, Y2
	VMOVDQU  Y2, (DI)
	ADDQ     $32, SI
	ADDQ     $32, DI
	SUBQ     $4, CX
	JGT      rows
	VZEROUPPER
	RET

// func clearBeyond32(values *uint32, mask *uint64, rows int, low, width, affected uint64)
TEXT ·clearBeyond32(SB), NOSPLIT, $0-48
	MOVQ         values+0(FP), SI
	MOVQ         mask+8(FP), DI
	MOVQ         rows+16(FP), CX
	MOVQ         $0x8000000000000000, AX
	MOVQ         width+32(FP), DX
	XORQ         AX, DX
	MOVQ         AX, X3
	VPBROADCASTQ X3, Y3                 // turns an unsigned into a signed comparison
	MOVQ         DX, X4
	VPBROADCASTQ X4, Y4
	VPBROADCASTQ low+24(FP), Y0
	VPBROADCASTQ affected+40(FP), Y1

rows:
	VPMOVZXDQ (SI), Y2
	VPSUBQ    Y0, Y2, Y2
	VPXOR     Y3, Y2, Y2
	VPCMPGTQ  Y4, Y2, Y2
	VPAND     Y1, Y2, Y2
	VPANDN    (DI), Y2, Y2
	VMOVDQU   Y2, (DI)
	ADDQ      $16, SI
	ADDQ      $32, DI
	SUBQ      $4, CX
	JGT       rows
	VZEROUPPER
	RET

// func sumLane32(values *uint32, mask *uint64, rows int, up uint64) (sum, count uint64)
TEXT ·sumLane32(SB), NOSPLIT, $0-48
	MOVQ  values+0(FP), SI
	MOVQ  mask+8(FP), DI
	MOVQ  rows+16(FP), CX
	MOVQ  up+24(FP), X5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPXOR Y8, Y8, Y8

rows:
	VMOVDQU   (DI), Y1
	VPSLLQ    X5, Y1, Y1
	VPCMPGTQ  Y1, Y6, Y1 // the lane's bit is now the sign
	VPMOVZXDQ (SI), Y2
	VPAND     Y1, Y2, Y2
	VPADDQ    Y2, Y7, Y7
	VPSUBQ    Y1, Y8, Y8
	ADDQ      $16, SI
	ADDQ      $32, DI
	SUBQ      $4, CX
	JGT       rows

	VEXTRACTI128 $1, Y7, X0
	VPADDQ       X0, X7, X7
	VPSHUFD      $0xEE, X7, X0
	VPADDQ       X0, X7, X7
	VEXTRACTI128 $1, Y8, X0
	VPADDQ       X0, X8, X8
	VPSHUFD      $0xEE, X8, X0
	VPADDQ       X0, X8, X8
	MOVQ         X7, sum+32(FP)
	MOVQ         X8, count+40(FP)
	VZEROUPPER
	RET

// func sumLane64(values, mask *uint64, rows int, up uint64) (sum, count uint64)
TEXT ·sumLane64(SB), NOSPLIT, $0-48
	MOVQ  values+0(FP), SI
	MOVQ  mask+8(FP), DI
	MOVQ  rows+16(FP), CX
	MOVQ  up+24(FP), X5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPXOR Y8, Y8, Y8

rows:
	VMOVDQU  (DI), Y1
	VPSLLQ   X5, Y1, Y1
	VPCMPGTQ Y1, Y6, Y1
	VPAND    (SI), Y1, Y2
	VPADDQ   Y2, Y7, Y7
	VPSUBQ   Y1, Y8, Y8
	ADDQ     $32, SI
	ADDQ     $32, DI
	SUBQ     $4, CX
	JGT      rows

	VEXTRACTI128 $1, Y7, X0
	VPADDQ       X0, X7, X7
	VPSHUFD      $0xEE, X7, X0
	VPADDQ       X0, X7, X7
	VEXTRACTI128 $1, Y8, X0
	VPADDQ       X0, X8, X8
	VPSHUFD      $0xEE, X8, X0
	VPADDQ       X0, X8, X8
	MOVQ         X7, sum+32(FP)
	MOVQ         X8, count+40(FP)
	VZEROUPPER
	RET

// func join40(out *uint64, lower *uint32, upper *uint8, rows int)
TEXT ·join40(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DI
	MOVQ lower+8(FP), SI
	MOVQ upper+16(FP), DX
	MOVQ rows+24(FP), CX

rows:
	VPMOVZXDQ (SI), Y0
	VPMOVZXBQ (DX), Y1
	VPSLLQ    $32, Y1, Y1
	VPOR      Y0, Y1, Y1
	VMOVDQU   Y1, (DI)
	ADDQ      $16, SI
	ADDQ      $4, DX
	ADDQ      $32, DI
	SUBQ      $4, CX
	JGT       rows
	VZEROUPPER
	RET

// A lane's values: base and the packed value where the mask has the bit, 0 elsewhere.
#define LANE_VALUES(WIDEN, BYTES) \
	VPXOR    Y6, Y6, Y6 \
rows:                  \
	VMOVDQU  (DX), Y1   \
	VPSLLQ   X5, Y1, Y1 \
	VPCMPGTQ Y1, Y6, Y1 \
	WIDEN    (SI), Y2   \
	VPADDQ   Y4, Y2, Y2 \
	VPAND    Y1, Y2, Y2 \
	VMOVDQU  Y2, (DI)   \
	ADDQ     $BYTES, SI \
	ADDQ     $32, DX    \
	ADDQ     $32, DI    \
	SUBQ     $4, CX     \
	JGT      rows       \
	VZEROUPPER          \
	RET

// func laneValues8(out *uint64, values *uint8, mask *uint64, rows int, up, base uint64)
TEXT ·laneValues8(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), DI
	MOVQ         values+8(FP), SI
	MOVQ         mask+16(FP), DX
	MOVQ         rows+24(FP), CX
	MOVQ         up+32(FP), X5
	VPBROADCASTQ base+40(FP), Y4
	LANE_VALUES(VPMOVZXBQ, 4)

// func laneValues16(out *uint64, values *uint16, mask *uint64, rows int, up, base uint64)
TEXT ·laneValues16(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), DI
	MOVQ         values+8(FP), SI
	MOVQ         mask+16(FP), DX
	MOVQ         rows+24(FP), CX
	MOVQ         up+32(FP), X5
	VPBROADCASTQ base+40(FP), Y4
	LANE_VALUES(VPMOVZXWQ, 8)

// func laneValues32(out *uint64, values *uint32, mask *uint64, rows int, up, base uint64)
TEXT ·laneValues32(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), DI
	MOVQ         values+8(FP), SI
	MOVQ         mask+16(FP), DX
	MOVQ         rows+24(FP), CX
	MOVQ         up+32(FP), X5
	VPBROADCASTQ base+40(FP), Y4
	LANE_VALUES(VPMOVZXDQ, 16)

// func laneValues64(out, values, mask *uint64, rows int, up, base uint64)
TEXT ·laneValues64(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), DI
	MOVQ         values+8(FP), SI
	MOVQ         mask+16(FP), DX
	MOVQ         rows+24(FP), CX
	MOVQ         up+32(FP), X5
	VPBROADCASTQ base+40(FP), Y4
	LANE_VALUES(VMOVDQU, 32)

// func addFour(cells *uint64, offsets *uint32, lanes *uint64, rows int)
TEXT ·addFour(SB), NOSPLIT, $0-32
	MOVQ cells+0(FP), DI
	MOVQ offsets+8(FP), BX
	MOVQ lanes+16(FP), SI
	MOVQ rows+24(FP), CX

rows:
	VMOVDQU     (SI), Y0          // four rows of the first measure
	VMOVDQU     8192(SI), Y1      // of the second, and so on
	VMOVDQU     16384(SI), Y2
	VMOVDQU     24576(SI), Y3
	VPUNPCKLQDQ Y1, Y0, Y4
	VPUNPCKHQDQ Y1, Y0, Y5
	VPUNPCKLQDQ Y3, Y2, Y6
	VPUNPCKHQDQ Y3, Y2, Y7
	VPERM2I128  $0x20, Y6, Y4, Y8 // four measures of the first row
	VPERM2I128  $0x20, Y7, Y5, Y9
	VPERM2I128  $0x31, Y6, Y4, Y10
	VPERM2I128  $0x31, Y7, Y5, Y11
	MOVL        (BX), R8
	MOVL        4(BX), R9
	MOVL        8(BX), R10
	MOVL        12(BX), R11
	VPADDQ      (DI)(R8*8), Y8, Y8
	VMOVDQU     Y8, (DI)(R8*8)
	VPADDQ      (DI)(R9*8), Y9, Y9
	VMOVDQU     Y9, (DI)(R9*8)
	VPADDQ      (DI)(R10*8), Y10, Y10
	VMOVDQU     Y10, (DI)(R10*8)
	VPADDQ      (DI)(R11*8), Y11, Y11
	VMOVDQU     Y11, (DI)(R11*8)
	ADDQ        $32, SI
	ADDQ        $16, BX
	SUBQ        $4, CX
	JGT         rows
	VZEROUPPER
	RET

DATA bits<>+0(SB)/8, $0x0008000400020001
DATA bits<>+8(SB)/8, $0x0080004000200010
DATA bits<>+16(SB)/8, $0x0800040002000100
DATA bits<>+24(SB)/8, $0x8000400020001000
GLOBL bits<>(SB), RODATA|NOPTR, $32

// func countSixteen(cells *uint64, offsets *uint32, mask *uint64, rows, skip int)
TEXT ·countSixteen(SB), NOSPLIT, $0-40
	MOVQ    cells+0(FP), DI
	MOVQ    offsets+8(FP), BX
	MOVQ    mask+16(FP), SI
	MOVQ    rows+24(FP), CX
	ADDQ    skip+32(FP), SI
	VMOVDQU bits<>(SB), Y0

row:
	MOVL         (BX), R8
	VPBROADCASTW (SI), Y1
	VPAND        Y0, Y1, Y1
	VPCMPEQW     Y0, Y1, Y1          // -1 where the bit is set
	VMOVDQU      (DI)(R8*8), Y2
	VPSUBW       Y1, Y2, Y2
	VMOVDQU      Y2, (DI)(R8*8)
	ADDQ         $8, SI
	ADDQ         $4, BX
	SUBQ         $1, CX
	JGT          row
	VZEROUPPER
	RET

DATA beyond<>+0(SB)/8, $0x7070707070707070
DATA beyond<>+8(SB)/8, $0x7070707070707070
DATA beyond<>+16(SB)/8, $0x7070707070707070
DATA beyond<>+24(SB)/8, $0x7070707070707070
GLOBL beyond<>(SB), RODATA|NOPTR, $32

// func clearShuffled(plane, values *uint8, rows int, cleared *uint8, first uint64)
TEXT ·clearShuffled(SB), NOSPLIT, $0-40
	MOVQ           plane+0(FP), DI
	MOVQ           values+8(FP), SI
	MOVQ           rows+16(FP), CX
	MOVQ           cleared+24(FP), DX
	VBROADCASTI128 (DX), Y0
	VMOVQ          first+32(FP), X1
	VPBROADCASTB   X1, Y1
	VMOVDQU        beyond<>(SB), Y2

rows:
	VMOVDQU  (SI), Y3
	VPSUBB   Y1, Y3, Y3
	VPADDUSB Y2, Y3, Y3  // the highest bit is set but for the sixteen values, and then nothing is cleared
	VPSHUFB  Y3, Y0, Y3
	VPANDN   (DI), Y3, Y3
	VMOVDQU  Y3, (DI)
	ADDQ     $32, SI
	ADDQ     $32, DI
	SUBQ     $32, CX
	JGT      rows
	VZEROUPPER
	RET

// Of four rows and the four that stand sixteen rows later: stores the words made of four
// bytes in LOW and four in HIGH.
#define STORE_WORDS(AT, LOW, HIGH) \
	VPUNPCKLDQ   HIGH, LOW, Y1 \
	VPUNPCKHDQ   HIGH, LOW, Y3 \
	VMOVDQU      X1, (AT+0)(DI)       \
	VMOVDQU      X3, (AT+16)(DI)      \
	VEXTRACTI128 $1, Y1, (AT+128)(DI) \
	VEXTRACTI128 $1, Y3, (AT+144)(DI)

// func joinPlanes(mask *uint64, planes *uint8, rows int)
TEXT ·joinPlanes(SB), NOSPLIT, $0-24
	MOVQ mask+0(FP), DI
	MOVQ planes+8(FP), SI
	MOVQ rows+16(FP), CX

rows:
	VMOVDQU    (SI), Y0
	VMOVDQU    1024(SI), Y1
	VMOVDQU    2048(SI), Y2
	VMOVDQU    3072(SI), Y3
	VMOVDQU    4096(SI), Y4
	VMOVDQU    5120(SI), Y5
	VMOVDQU    6144(SI), Y6
	VMOVDQU    7168(SI), Y7
	VPUNPCKLBW Y1, Y0, Y8       // two bytes of the rows 0 to 7 and 16 to 23
	VPUNPCKHBW Y1, Y0, Y0       // of the rows 8 to 15 and 24 to 31
	VPUNPCKLBW Y3, Y2, Y9
	VPUNPCKHBW Y3, Y2, Y2
	VPUNPCKLBW Y5, Y4, Y10
	VPUNPCKHBW Y5, Y4, Y4
	VPUNPCKLBW Y7, Y6, Y11
	VPUNPCKHBW Y7, Y6, Y6
	VPUNPCKLWD Y9, Y8, Y12      // the lower four bytes of the rows 0 to 3
	VPUNPCKHWD Y9, Y8, Y13      // of the rows 4 to 7
	VPUNPCKLWD Y11, Y10, Y14    // the upper four
	VPUNPCKHWD Y11, Y10, Y15
	STORE_WORDS(0, Y12, Y14)
	STORE_WORDS(32, Y13, Y15)
	VPUNPCKLWD Y2, Y0, Y12
	VPUNPCKHWD Y2, Y0, Y13
	VPUNPCKLWD Y6, Y4, Y14
	VPUNPCKHWD Y6, Y4, Y15
	STORE_WORDS(64, Y12, Y14)
	STORE_WORDS(96, Y13, Y15)
	ADDQ       $32, SI
	ADDQ       $256, DI
	SUBQ       $32, CX
	JGT        rows
	VZEROUPPER
	RET
