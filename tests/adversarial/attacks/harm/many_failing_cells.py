"""Fails in every one of its cells, at length."""

# %%
raise ValueError("x" * 500, 0)
# %%
raise ValueError("x" * 500, 1)
# %%
raise ValueError("x" * 500, 2)
# %%
raise ValueError("x" * 500, 3)
# %%
raise ValueError("x" * 500, 4)
# %%
raise ValueError("x" * 500, 5)
# %%
raise ValueError("x" * 500, 6)
# %%
raise ValueError("x" * 500, 7)
# %%
raise ValueError("x" * 500, 8)
# %%
raise ValueError("x" * 500, 9)
# %%
raise ValueError("x" * 500, 10)
# %%
raise ValueError("x" * 500, 11)
# %%
raise ValueError("x" * 500, 12)
# %%
raise ValueError("x" * 500, 13)
# %%
raise ValueError("x" * 500, 14)
# %%
raise ValueError("x" * 500, 15)
# %%
raise ValueError("x" * 500, 16)
# %%
raise ValueError("x" * 500, 17)
# %%
raise ValueError("x" * 500, 18)
# %%
raise ValueError("x" * 500, 19)
# %%
raise ValueError("x" * 500, 20)
# %%
raise ValueError("x" * 500, 21)
# %%
raise ValueError("x" * 500, 22)
# %%
raise ValueError("x" * 500, 23)
# %%
raise ValueError("x" * 500, 24)
# %%
raise ValueError("x" * 500, 25)
# %%
raise ValueError("x" * 500, 26)
# %%
raise ValueError("x" * 500, 27)
# %%
raise ValueError("x" * 500, 28)
# %%
raise ValueError("x" * 500, 29)
# %%
raise ValueError("x" * 500, 30)
# %%
raise ValueError("x" * 500, 31)
# %%
raise ValueError("x" * 500, 32)
# %%
raise ValueError("x" * 500, 33)
# %%
raise ValueError("x" * 500, 34)
# %%
raise ValueError("x" * 500, 35)
# %%
raise ValueError("x" * 500, 36)
# %%
raise ValueError("x" * 500, 37)
# %%
raise ValueError("x" * 500, 38)
# %%
raise ValueError("x" * 500, 39)
# %%
raise ValueError("x" * 500, 40)
# %%
raise ValueError("x" * 500, 41)
# %%
raise ValueError("x" * 500, 42)
# %%
raise ValueError("x" * 500, 43)
# %%
raise ValueError("x" * 500, 44)
# %%
raise ValueError("x" * 500, 45)
# %%
raise ValueError("x" * 500, 46)
# %%
raise ValueError("x" * 500, 47)
# %%
raise ValueError("x" * 500, 48)
# %%
raise ValueError("x" * 500, 49)
# %%
raise ValueError("x" * 500, 50)
# %%
raise ValueError("x" * 500, 51)
# %%
raise ValueError("x" * 500, 52)
# %%
raise ValueError("x" * 500, 53)
# %%
raise ValueError("x" * 500, 54)
# %%
raise ValueError("x" * 500, 55)
# %%
raise ValueError("x" * 500, 56)
# %%
raise ValueError("x" * 500, 57)
# %%
raise ValueError("x" * 500, 58)
# %%
raise ValueError("x" * 500, 59)
# %%
raise ValueError("x" * 500, 60)
# %%
raise ValueError("x" * 500, 61)
# %%
raise ValueError("x" * 500, 62)
# %%
raise ValueError("x" * 500, 63)
# %%
raise ValueError("x" * 500, 64)
# %%
raise ValueError("x" * 500, 65)
# %%
raise ValueError("x" * 500, 66)
# %%
raise ValueError("x" * 500, 67)
# %%
raise ValueError("x" * 500, 68)
# %%
raise ValueError("x" * 500, 69)
# %%
raise ValueError("x" * 500, 70)
# %%
raise ValueError("x" * 500, 71)
# %%
raise ValueError("x" * 500, 72)
# %%
raise ValueError("x" * 500, 73)
# %%
raise ValueError("x" * 500, 74)
# %%
raise ValueError("x" * 500, 75)
# %%
raise ValueError("x" * 500, 76)
# %%
raise ValueError("x" * 500, 77)
# %%
raise ValueError("x" * 500, 78)
# %%
raise ValueError("x" * 500, 79)
# %%
raise ValueError("x" * 500, 80)
# %%
raise ValueError("x" * 500, 81)
# %%
raise ValueError("x" * 500, 82)
# %%
raise ValueError("x" * 500, 83)
# %%
raise ValueError("x" * 500, 84)
# %%
raise ValueError("x" * 500, 85)
# %%
raise ValueError("x" * 500, 86)
# %%
raise ValueError("x" * 500, 87)
# %%
raise ValueError("x" * 500, 88)
# %%
raise ValueError("x" * 500, 89)
# %%
raise ValueError("x" * 500, 90)
# %%
raise ValueError("x" * 500, 91)
# %%
raise ValueError("x" * 500, 92)
# %%
raise ValueError("x" * 500, 93)
# %%
raise ValueError("x" * 500, 94)
# %%
raise ValueError("x" * 500, 95)
# %%
raise ValueError("x" * 500, 96)
# %%
raise ValueError("x" * 500, 97)
# %%
raise ValueError("x" * 500, 98)
# %%
raise ValueError("x" * 500, 99)
# %%
raise ValueError("x" * 500, 100)
# %%
raise ValueError("x" * 500, 101)
# %%
raise ValueError("x" * 500, 102)
# %%
raise ValueError("x" * 500, 103)
# %%
raise ValueError("x" * 500, 104)
# %%
raise ValueError("x" * 500, 105)
# %%
raise ValueError("x" * 500, 106)
# %%
raise ValueError("x" * 500, 107)
# %%
raise ValueError("x" * 500, 108)
# %%
raise ValueError("x" * 500, 109)
# %%
raise ValueError("x" * 500, 110)
# %%
raise ValueError("x" * 500, 111)
# %%
raise ValueError("x" * 500, 112)
# %%
raise ValueError("x" * 500, 113)
# %%
raise ValueError("x" * 500, 114)
# %%
raise ValueError("x" * 500, 115)
# %%
raise ValueError("x" * 500, 116)
# %%
raise ValueError("x" * 500, 117)
# %%
raise ValueError("x" * 500, 118)
# %%
raise ValueError("x" * 500, 119)
# %%
raise ValueError("x" * 500, 120)
# %%
raise ValueError("x" * 500, 121)
# %%
raise ValueError("x" * 500, 122)
# %%
raise ValueError("x" * 500, 123)
# %%
raise ValueError("x" * 500, 124)
# %%
raise ValueError("x" * 500, 125)
# %%
raise ValueError("x" * 500, 126)
# %%
raise ValueError("x" * 500, 127)
# %%
raise ValueError("x" * 500, 128)
# %%
raise ValueError("x" * 500, 129)
# %%
raise ValueError("x" * 500, 130)
# %%
raise ValueError("x" * 500, 131)
# %%
raise ValueError("x" * 500, 132)
# %%
raise ValueError("x" * 500, 133)
# %%
raise ValueError("x" * 500, 134)
# %%
raise ValueError("x" * 500, 135)
# %%
raise ValueError("x" * 500, 136)
# %%
raise ValueError("x" * 500, 137)
# %%
raise ValueError("x" * 500, 138)
# %%
raise ValueError("x" * 500, 139)
# %%
raise ValueError("x" * 500, 140)
# %%
raise ValueError("x" * 500, 141)
# %%
raise ValueError("x" * 500, 142)
# %%
raise ValueError("x" * 500, 143)
# %%
raise ValueError("x" * 500, 144)
# %%
raise ValueError("x" * 500, 145)
# %%
raise ValueError("x" * 500, 146)
# %%
raise ValueError("x" * 500, 147)
# %%
raise ValueError("x" * 500, 148)
# %%
raise ValueError("x" * 500, 149)
# %%
raise ValueError("x" * 500, 150)
# %%
raise ValueError("x" * 500, 151)
# %%
raise ValueError("x" * 500, 152)
# %%
raise ValueError("x" * 500, 153)
# %%
raise ValueError("x" * 500, 154)
# %%
raise ValueError("x" * 500, 155)
# %%
raise ValueError("x" * 500, 156)
# %%
raise ValueError("x" * 500, 157)
# %%
raise ValueError("x" * 500, 158)
# %%
raise ValueError("x" * 500, 159)
# %%
raise ValueError("x" * 500, 160)
# %%
raise ValueError("x" * 500, 161)
# %%
raise ValueError("x" * 500, 162)
# %%
raise ValueError("x" * 500, 163)
# %%
raise ValueError("x" * 500, 164)
# %%
raise ValueError("x" * 500, 165)
# %%
raise ValueError("x" * 500, 166)
# %%
raise ValueError("x" * 500, 167)
# %%
raise ValueError("x" * 500, 168)
# %%
raise ValueError("x" * 500, 169)
# %%
raise ValueError("x" * 500, 170)
# %%
raise ValueError("x" * 500, 171)
# %%
raise ValueError("x" * 500, 172)
# %%
raise ValueError("x" * 500, 173)
# %%
raise ValueError("x" * 500, 174)
# %%
raise ValueError("x" * 500, 175)
# %%
raise ValueError("x" * 500, 176)
# %%
raise ValueError("x" * 500, 177)
# %%
raise ValueError("x" * 500, 178)
# %%
raise ValueError("x" * 500, 179)
# %%
raise ValueError("x" * 500, 180)
# %%
raise ValueError("x" * 500, 181)
# %%
raise ValueError("x" * 500, 182)
# %%
raise ValueError("x" * 500, 183)
# %%
raise ValueError("x" * 500, 184)
# %%
raise ValueError("x" * 500, 185)
# %%
raise ValueError("x" * 500, 186)
# %%
raise ValueError("x" * 500, 187)
# %%
raise ValueError("x" * 500, 188)
# %%
raise ValueError("x" * 500, 189)
# %%
raise ValueError("x" * 500, 190)
# %%
raise ValueError("x" * 500, 191)
# %%
raise ValueError("x" * 500, 192)
# %%
raise ValueError("x" * 500, 193)
# %%
raise ValueError("x" * 500, 194)
# %%
raise ValueError("x" * 500, 195)
# %%
raise ValueError("x" * 500, 196)
# %%
raise ValueError("x" * 500, 197)
# %%
raise ValueError("x" * 500, 198)
# %%
raise ValueError("x" * 500, 199)
# %%
raise ValueError("x" * 500, 200)
# %%
raise ValueError("x" * 500, 201)
# %%
raise ValueError("x" * 500, 202)
# %%
raise ValueError("x" * 500, 203)
# %%
raise ValueError("x" * 500, 204)
# %%
raise ValueError("x" * 500, 205)
# %%
raise ValueError("x" * 500, 206)
# %%
raise ValueError("x" * 500, 207)
# %%
raise ValueError("x" * 500, 208)
# %%
raise ValueError("x" * 500, 209)
# %%
raise ValueError("x" * 500, 210)
# %%
raise ValueError("x" * 500, 211)
# %%
raise ValueError("x" * 500, 212)
# %%
raise ValueError("x" * 500, 213)
# %%
raise ValueError("x" * 500, 214)
# %%
raise ValueError("x" * 500, 215)
# %%
raise ValueError("x" * 500, 216)
# %%
raise ValueError("x" * 500, 217)
# %%
raise ValueError("x" * 500, 218)
# %%
raise ValueError("x" * 500, 219)
# %%
raise ValueError("x" * 500, 220)
# %%
raise ValueError("x" * 500, 221)
# %%
raise ValueError("x" * 500, 222)
# %%
raise ValueError("x" * 500, 223)
# %%
raise ValueError("x" * 500, 224)
# %%
raise ValueError("x" * 500, 225)
# %%
raise ValueError("x" * 500, 226)
# %%
raise ValueError("x" * 500, 227)
# %%
raise ValueError("x" * 500, 228)
# %%
raise ValueError("x" * 500, 229)
# %%
raise ValueError("x" * 500, 230)
# %%
raise ValueError("x" * 500, 231)
# %%
raise ValueError("x" * 500, 232)
# %%
raise ValueError("x" * 500, 233)
# %%
raise ValueError("x" * 500, 234)
# %%
raise ValueError("x" * 500, 235)
# %%
raise ValueError("x" * 500, 236)
# %%
raise ValueError("x" * 500, 237)
# %%
raise ValueError("x" * 500, 238)
# %%
raise ValueError("x" * 500, 239)
# %%
raise ValueError("x" * 500, 240)
# %%
raise ValueError("x" * 500, 241)
# %%
raise ValueError("x" * 500, 242)
# %%
raise ValueError("x" * 500, 243)
# %%
raise ValueError("x" * 500, 244)
# %%
raise ValueError("x" * 500, 245)
# %%
raise ValueError("x" * 500, 246)
# %%
raise ValueError("x" * 500, 247)
# %%
raise ValueError("x" * 500, 248)
# %%
raise ValueError("x" * 500, 249)
# %%
raise ValueError("x" * 500, 250)
# %%
raise ValueError("x" * 500, 251)
# %%
raise ValueError("x" * 500, 252)
# %%
raise ValueError("x" * 500, 253)
# %%
raise ValueError("x" * 500, 254)
# %%
raise ValueError("x" * 500, 255)
# %%
raise ValueError("x" * 500, 256)
# %%
raise ValueError("x" * 500, 257)
# %%
raise ValueError("x" * 500, 258)
# %%
raise ValueError("x" * 500, 259)
# %%
raise ValueError("x" * 500, 260)
# %%
raise ValueError("x" * 500, 261)
# %%
raise ValueError("x" * 500, 262)
# %%
raise ValueError("x" * 500, 263)
# %%
raise ValueError("x" * 500, 264)
# %%
raise ValueError("x" * 500, 265)
# %%
raise ValueError("x" * 500, 266)
# %%
raise ValueError("x" * 500, 267)
# %%
raise ValueError("x" * 500, 268)
# %%
raise ValueError("x" * 500, 269)
# %%
raise ValueError("x" * 500, 270)
# %%
raise ValueError("x" * 500, 271)
# %%
raise ValueError("x" * 500, 272)
# %%
raise ValueError("x" * 500, 273)
# %%
raise ValueError("x" * 500, 274)
# %%
raise ValueError("x" * 500, 275)
# %%
raise ValueError("x" * 500, 276)
# %%
raise ValueError("x" * 500, 277)
# %%
raise ValueError("x" * 500, 278)
# %%
raise ValueError("x" * 500, 279)
# %%
raise ValueError("x" * 500, 280)
# %%
raise ValueError("x" * 500, 281)
# %%
raise ValueError("x" * 500, 282)
# %%
raise ValueError("x" * 500, 283)
# %%
raise ValueError("x" * 500, 284)
# %%
raise ValueError("x" * 500, 285)
# %%
raise ValueError("x" * 500, 286)
# %%
raise ValueError("x" * 500, 287)
# %%
raise ValueError("x" * 500, 288)
# %%
raise ValueError("x" * 500, 289)
# %%
raise ValueError("x" * 500, 290)
# %%
raise ValueError("x" * 500, 291)
# %%
raise ValueError("x" * 500, 292)
# %%
raise ValueError("x" * 500, 293)
# %%
raise ValueError("x" * 500, 294)
# %%
raise ValueError("x" * 500, 295)
# %%
raise ValueError("x" * 500, 296)
# %%
raise ValueError("x" * 500, 297)
# %%
raise ValueError("x" * 500, 298)
# %%
raise ValueError("x" * 500, 299)
# %%
raise ValueError("x" * 500, 300)
# %%
raise ValueError("x" * 500, 301)
# %%
raise ValueError("x" * 500, 302)
# %%
raise ValueError("x" * 500, 303)
# %%
raise ValueError("x" * 500, 304)
# %%
raise ValueError("x" * 500, 305)
# %%
raise ValueError("x" * 500, 306)
# %%
raise ValueError("x" * 500, 307)
# %%
raise ValueError("x" * 500, 308)
# %%
raise ValueError("x" * 500, 309)
# %%
raise ValueError("x" * 500, 310)
# %%
raise ValueError("x" * 500, 311)
# %%
raise ValueError("x" * 500, 312)
# %%
raise ValueError("x" * 500, 313)
# %%
raise ValueError("x" * 500, 314)
# %%
raise ValueError("x" * 500, 315)
# %%
raise ValueError("x" * 500, 316)
# %%
raise ValueError("x" * 500, 317)
# %%
raise ValueError("x" * 500, 318)
# %%
raise ValueError("x" * 500, 319)
# %%
raise ValueError("x" * 500, 320)
# %%
raise ValueError("x" * 500, 321)
# %%
raise ValueError("x" * 500, 322)
# %%
raise ValueError("x" * 500, 323)
# %%
raise ValueError("x" * 500, 324)
# %%
raise ValueError("x" * 500, 325)
# %%
raise ValueError("x" * 500, 326)
# %%
raise ValueError("x" * 500, 327)
# %%
raise ValueError("x" * 500, 328)
# %%
raise ValueError("x" * 500, 329)
# %%
raise ValueError("x" * 500, 330)
# %%
raise ValueError("x" * 500, 331)
# %%
raise ValueError("x" * 500, 332)
# %%
raise ValueError("x" * 500, 333)
# %%
raise ValueError("x" * 500, 334)
# %%
raise ValueError("x" * 500, 335)
# %%
raise ValueError("x" * 500, 336)
# %%
raise ValueError("x" * 500, 337)
# %%
raise ValueError("x" * 500, 338)
# %%
raise ValueError("x" * 500, 339)
# %%
raise ValueError("x" * 500, 340)
# %%
raise ValueError("x" * 500, 341)
# %%
raise ValueError("x" * 500, 342)
# %%
raise ValueError("x" * 500, 343)
# %%
raise ValueError("x" * 500, 344)
# %%
raise ValueError("x" * 500, 345)
# %%
raise ValueError("x" * 500, 346)
# %%
raise ValueError("x" * 500, 347)
# %%
raise ValueError("x" * 500, 348)
# %%
raise ValueError("x" * 500, 349)
# %%
raise ValueError("x" * 500, 350)
# %%
raise ValueError("x" * 500, 351)
# %%
raise ValueError("x" * 500, 352)
# %%
raise ValueError("x" * 500, 353)
# %%
raise ValueError("x" * 500, 354)
# %%
raise ValueError("x" * 500, 355)
# %%
raise ValueError("x" * 500, 356)
# %%
raise ValueError("x" * 500, 357)
# %%
raise ValueError("x" * 500, 358)
# %%
raise ValueError("x" * 500, 359)
# %%
raise ValueError("x" * 500, 360)
# %%
raise ValueError("x" * 500, 361)
# %%
raise ValueError("x" * 500, 362)
# %%
raise ValueError("x" * 500, 363)
# %%
raise ValueError("x" * 500, 364)
# %%
raise ValueError("x" * 500, 365)
# %%
raise ValueError("x" * 500, 366)
# %%
raise ValueError("x" * 500, 367)
# %%
raise ValueError("x" * 500, 368)
# %%
raise ValueError("x" * 500, 369)
# %%
raise ValueError("x" * 500, 370)
# %%
raise ValueError("x" * 500, 371)
# %%
raise ValueError("x" * 500, 372)
# %%
raise ValueError("x" * 500, 373)
# %%
raise ValueError("x" * 500, 374)
# %%
raise ValueError("x" * 500, 375)
# %%
raise ValueError("x" * 500, 376)
# %%
raise ValueError("x" * 500, 377)
# %%
raise ValueError("x" * 500, 378)
# %%
raise ValueError("x" * 500, 379)
# %%
raise ValueError("x" * 500, 380)
# %%
raise ValueError("x" * 500, 381)
# %%
raise ValueError("x" * 500, 382)
# %%
raise ValueError("x" * 500, 383)
# %%
raise ValueError("x" * 500, 384)
# %%
raise ValueError("x" * 500, 385)
# %%
raise ValueError("x" * 500, 386)
# %%
raise ValueError("x" * 500, 387)
# %%
raise ValueError("x" * 500, 388)
# %%
raise ValueError("x" * 500, 389)
# %%
raise ValueError("x" * 500, 390)
# %%
raise ValueError("x" * 500, 391)
# %%
raise ValueError("x" * 500, 392)
# %%
raise ValueError("x" * 500, 393)
# %%
raise ValueError("x" * 500, 394)
# %%
raise ValueError("x" * 500, 395)
# %%
raise ValueError("x" * 500, 396)
# %%
raise ValueError("x" * 500, 397)
# %%
raise ValueError("x" * 500, 398)
# %%
raise ValueError("x" * 500, 399)
# %%
raise ValueError("x" * 500, 400)
# %%
raise ValueError("x" * 500, 401)
# %%
raise ValueError("x" * 500, 402)
# %%
raise ValueError("x" * 500, 403)
# %%
raise ValueError("x" * 500, 404)
# %%
raise ValueError("x" * 500, 405)
# %%
raise ValueError("x" * 500, 406)
# %%
raise ValueError("x" * 500, 407)
# %%
raise ValueError("x" * 500, 408)
# %%
raise ValueError("x" * 500, 409)
# %%
raise ValueError("x" * 500, 410)
# %%
raise ValueError("x" * 500, 411)
# %%
raise ValueError("x" * 500, 412)
# %%
raise ValueError("x" * 500, 413)
# %%
raise ValueError("x" * 500, 414)
# %%
raise ValueError("x" * 500, 415)
# %%
raise ValueError("x" * 500, 416)
# %%
raise ValueError("x" * 500, 417)
# %%
raise ValueError("x" * 500, 418)
# %%
raise ValueError("x" * 500, 419)
# %%
raise ValueError("x" * 500, 420)
# %%
raise ValueError("x" * 500, 421)
# %%
raise ValueError("x" * 500, 422)
# %%
raise ValueError("x" * 500, 423)
# %%
raise ValueError("x" * 500, 424)
# %%
raise ValueError("x" * 500, 425)
# %%
raise ValueError("x" * 500, 426)
# %%
raise ValueError("x" * 500, 427)
# %%
raise ValueError("x" * 500, 428)
# %%
raise ValueError("x" * 500, 429)
# %%
raise ValueError("x" * 500, 430)
# %%
raise ValueError("x" * 500, 431)
# %%
raise ValueError("x" * 500, 432)
# %%
raise ValueError("x" * 500, 433)
# %%
raise ValueError("x" * 500, 434)
# %%
raise ValueError("x" * 500, 435)
# %%
raise ValueError("x" * 500, 436)
# %%
raise ValueError("x" * 500, 437)
# %%
raise ValueError("x" * 500, 438)
# %%
raise ValueError("x" * 500, 439)
# %%
raise ValueError("x" * 500, 440)
# %%
raise ValueError("x" * 500, 441)
# %%
raise ValueError("x" * 500, 442)
# %%
raise ValueError("x" * 500, 443)
# %%
raise ValueError("x" * 500, 444)
# %%
raise ValueError("x" * 500, 445)
# %%
raise ValueError("x" * 500, 446)
# %%
raise ValueError("x" * 500, 447)
# %%
raise ValueError("x" * 500, 448)
# %%
raise ValueError("x" * 500, 449)
# %%
raise ValueError("x" * 500, 450)
# %%
raise ValueError("x" * 500, 451)
# %%
raise ValueError("x" * 500, 452)
# %%
raise ValueError("x" * 500, 453)
# %%
raise ValueError("x" * 500, 454)
# %%
raise ValueError("x" * 500, 455)
# %%
raise ValueError("x" * 500, 456)
# %%
raise ValueError("x" * 500, 457)
# %%
raise ValueError("x" * 500, 458)
# %%
raise ValueError("x" * 500, 459)
# %%
raise ValueError("x" * 500, 460)
# %%
raise ValueError("x" * 500, 461)
# %%
raise ValueError("x" * 500, 462)
# %%
raise ValueError("x" * 500, 463)
# %%
raise ValueError("x" * 500, 464)
# %%
raise ValueError("x" * 500, 465)
# %%
raise ValueError("x" * 500, 466)
# %%
raise ValueError("x" * 500, 467)
# %%
raise ValueError("x" * 500, 468)
# %%
raise ValueError("x" * 500, 469)
# %%
raise ValueError("x" * 500, 470)
# %%
raise ValueError("x" * 500, 471)
# %%
raise ValueError("x" * 500, 472)
# %%
raise ValueError("x" * 500, 473)
# %%
raise ValueError("x" * 500, 474)
# %%
raise ValueError("x" * 500, 475)
# %%
raise ValueError("x" * 500, 476)
# %%
raise ValueError("x" * 500, 477)
# %%
raise ValueError("x" * 500, 478)
# %%
raise ValueError("x" * 500, 479)
# %%
raise ValueError("x" * 500, 480)
# %%
raise ValueError("x" * 500, 481)
# %%
raise ValueError("x" * 500, 482)
# %%
raise ValueError("x" * 500, 483)
# %%
raise ValueError("x" * 500, 484)
# %%
raise ValueError("x" * 500, 485)
# %%
raise ValueError("x" * 500, 486)
# %%
raise ValueError("x" * 500, 487)
# %%
raise ValueError("x" * 500, 488)
# %%
raise ValueError("x" * 500, 489)
# %%
raise ValueError("x" * 500, 490)
# %%
raise ValueError("x" * 500, 491)
# %%
raise ValueError("x" * 500, 492)
# %%
raise ValueError("x" * 500, 493)
# %%
raise ValueError("x" * 500, 494)
# %%
raise ValueError("x" * 500, 495)
# %%
raise ValueError("x" * 500, 496)
# %%
raise ValueError("x" * 500, 497)
# %%
raise ValueError("x" * 500, 498)
# %%
raise ValueError("x" * 500, 499)
# %%
raise ValueError("x" * 500, 500)
# %%
raise ValueError("x" * 500, 501)
# %%
raise ValueError("x" * 500, 502)
# %%
raise ValueError("x" * 500, 503)
# %%
raise ValueError("x" * 500, 504)
# %%
raise ValueError("x" * 500, 505)
# %%
raise ValueError("x" * 500, 506)
# %%
raise ValueError("x" * 500, 507)
# %%
raise ValueError("x" * 500, 508)
# %%
raise ValueError("x" * 500, 509)
# %%
raise ValueError("x" * 500, 510)
# %%
raise ValueError("x" * 500, 511)
# %%
raise ValueError("x" * 500, 512)
# %%
raise ValueError("x" * 500, 513)
# %%
raise ValueError("x" * 500, 514)
# %%
raise ValueError("x" * 500, 515)
# %%
raise ValueError("x" * 500, 516)
# %%
raise ValueError("x" * 500, 517)
# %%
raise ValueError("x" * 500, 518)
# %%
raise ValueError("x" * 500, 519)
# %%
raise ValueError("x" * 500, 520)
# %%
raise ValueError("x" * 500, 521)
# %%
raise ValueError("x" * 500, 522)
# %%
raise ValueError("x" * 500, 523)
# %%
raise ValueError("x" * 500, 524)
# %%
raise ValueError("x" * 500, 525)
# %%
raise ValueError("x" * 500, 526)
# %%
raise ValueError("x" * 500, 527)
# %%
raise ValueError("x" * 500, 528)
# %%
raise ValueError("x" * 500, 529)
# %%
raise ValueError("x" * 500, 530)
# %%
raise ValueError("x" * 500, 531)
# %%
raise ValueError("x" * 500, 532)
# %%
raise ValueError("x" * 500, 533)
# %%
raise ValueError("x" * 500, 534)
# %%
raise ValueError("x" * 500, 535)
# %%
raise ValueError("x" * 500, 536)
# %%
raise ValueError("x" * 500, 537)
# %%
raise ValueError("x" * 500, 538)
# %%
raise ValueError("x" * 500, 539)
# %%
raise ValueError("x" * 500, 540)
# %%
raise ValueError("x" * 500, 541)
# %%
raise ValueError("x" * 500, 542)
# %%
raise ValueError("x" * 500, 543)
# %%
raise ValueError("x" * 500, 544)
# %%
raise ValueError("x" * 500, 545)
# %%
raise ValueError("x" * 500, 546)
# %%
raise ValueError("x" * 500, 547)
# %%
raise ValueError("x" * 500, 548)
# %%
raise ValueError("x" * 500, 549)
# %%
raise ValueError("x" * 500, 550)
# %%
raise ValueError("x" * 500, 551)
# %%
raise ValueError("x" * 500, 552)
# %%
raise ValueError("x" * 500, 553)
# %%
raise ValueError("x" * 500, 554)
# %%
raise ValueError("x" * 500, 555)
# %%
raise ValueError("x" * 500, 556)
# %%
raise ValueError("x" * 500, 557)
# %%
raise ValueError("x" * 500, 558)
# %%
raise ValueError("x" * 500, 559)
# %%
raise ValueError("x" * 500, 560)
# %%
raise ValueError("x" * 500, 561)
# %%
raise ValueError("x" * 500, 562)
# %%
raise ValueError("x" * 500, 563)
# %%
raise ValueError("x" * 500, 564)
# %%
raise ValueError("x" * 500, 565)
# %%
raise ValueError("x" * 500, 566)
# %%
raise ValueError("x" * 500, 567)
# %%
raise ValueError("x" * 500, 568)
# %%
raise ValueError("x" * 500, 569)
# %%
raise ValueError("x" * 500, 570)
# %%
raise ValueError("x" * 500, 571)
# %%
raise ValueError("x" * 500, 572)
# %%
raise ValueError("x" * 500, 573)
# %%
raise ValueError("x" * 500, 574)
# %%
raise ValueError("x" * 500, 575)
# %%
raise ValueError("x" * 500, 576)
# %%
raise ValueError("x" * 500, 577)
# %%
raise ValueError("x" * 500, 578)
# %%
raise ValueError("x" * 500, 579)
# %%
raise ValueError("x" * 500, 580)
# %%
raise ValueError("x" * 500, 581)
# %%
raise ValueError("x" * 500, 582)
# %%
raise ValueError("x" * 500, 583)
# %%
raise ValueError("x" * 500, 584)
# %%
raise ValueError("x" * 500, 585)
# %%
raise ValueError("x" * 500, 586)
# %%
raise ValueError("x" * 500, 587)
# %%
raise ValueError("x" * 500, 588)
# %%
raise ValueError("x" * 500, 589)
# %%
raise ValueError("x" * 500, 590)
# %%
raise ValueError("x" * 500, 591)
# %%
raise ValueError("x" * 500, 592)
# %%
raise ValueError("x" * 500, 593)
# %%
raise ValueError("x" * 500, 594)
# %%
raise ValueError("x" * 500, 595)
# %%
raise ValueError("x" * 500, 596)
# %%
raise ValueError("x" * 500, 597)
# %%
raise ValueError("x" * 500, 598)
# %%
raise ValueError("x" * 500, 599)
# %%
raise ValueError("x" * 500, 600)
# %%
raise ValueError("x" * 500, 601)
# %%
raise ValueError("x" * 500, 602)
# %%
raise ValueError("x" * 500, 603)
# %%
raise ValueError("x" * 500, 604)
# %%
raise ValueError("x" * 500, 605)
# %%
raise ValueError("x" * 500, 606)
# %%
raise ValueError("x" * 500, 607)
# %%
raise ValueError("x" * 500, 608)
# %%
raise ValueError("x" * 500, 609)
# %%
raise ValueError("x" * 500, 610)
# %%
raise ValueError("x" * 500, 611)
# %%
raise ValueError("x" * 500, 612)
# %%
raise ValueError("x" * 500, 613)
# %%
raise ValueError("x" * 500, 614)
# %%
raise ValueError("x" * 500, 615)
# %%
raise ValueError("x" * 500, 616)
# %%
raise ValueError("x" * 500, 617)
# %%
raise ValueError("x" * 500, 618)
# %%
raise ValueError("x" * 500, 619)
# %%
raise ValueError("x" * 500, 620)
# %%
raise ValueError("x" * 500, 621)
# %%
raise ValueError("x" * 500, 622)
# %%
raise ValueError("x" * 500, 623)
# %%
raise ValueError("x" * 500, 624)
# %%
raise ValueError("x" * 500, 625)
# %%
raise ValueError("x" * 500, 626)
# %%
raise ValueError("x" * 500, 627)
# %%
raise ValueError("x" * 500, 628)
# %%
raise ValueError("x" * 500, 629)
# %%
raise ValueError("x" * 500, 630)
# %%
raise ValueError("x" * 500, 631)
# %%
raise ValueError("x" * 500, 632)
# %%
raise ValueError("x" * 500, 633)
# %%
raise ValueError("x" * 500, 634)
# %%
raise ValueError("x" * 500, 635)
# %%
raise ValueError("x" * 500, 636)
# %%
raise ValueError("x" * 500, 637)
# %%
raise ValueError("x" * 500, 638)
# %%
raise ValueError("x" * 500, 639)
# %%
raise ValueError("x" * 500, 640)
# %%
raise ValueError("x" * 500, 641)
# %%
raise ValueError("x" * 500, 642)
# %%
raise ValueError("x" * 500, 643)
# %%
raise ValueError("x" * 500, 644)
# %%
raise ValueError("x" * 500, 645)
# %%
raise ValueError("x" * 500, 646)
# %%
raise ValueError("x" * 500, 647)
# %%
raise ValueError("x" * 500, 648)
# %%
raise ValueError("x" * 500, 649)
# %%
raise ValueError("x" * 500, 650)
# %%
raise ValueError("x" * 500, 651)
# %%
raise ValueError("x" * 500, 652)
# %%
raise ValueError("x" * 500, 653)
# %%
raise ValueError("x" * 500, 654)
# %%
raise ValueError("x" * 500, 655)
# %%
raise ValueError("x" * 500, 656)
# %%
raise ValueError("x" * 500, 657)
# %%
raise ValueError("x" * 500, 658)
# %%
raise ValueError("x" * 500, 659)
# %%
raise ValueError("x" * 500, 660)
# %%
raise ValueError("x" * 500, 661)
# %%
raise ValueError("x" * 500, 662)
# %%
raise ValueError("x" * 500, 663)
# %%
raise ValueError("x" * 500, 664)
# %%
raise ValueError("x" * 500, 665)
# %%
raise ValueError("x" * 500, 666)
# %%
raise ValueError("x" * 500, 667)
# %%
raise ValueError("x" * 500, 668)
# %%
raise ValueError("x" * 500, 669)
# %%
raise ValueError("x" * 500, 670)
# %%
raise ValueError("x" * 500, 671)
# %%
raise ValueError("x" * 500, 672)
# %%
raise ValueError("x" * 500, 673)
# %%
raise ValueError("x" * 500, 674)
# %%
raise ValueError("x" * 500, 675)
# %%
raise ValueError("x" * 500, 676)
# %%
raise ValueError("x" * 500, 677)
# %%
raise ValueError("x" * 500, 678)
# %%
raise ValueError("x" * 500, 679)
# %%
raise ValueError("x" * 500, 680)
# %%
raise ValueError("x" * 500, 681)
# %%
raise ValueError("x" * 500, 682)
# %%
raise ValueError("x" * 500, 683)
# %%
raise ValueError("x" * 500, 684)
# %%
raise ValueError("x" * 500, 685)
# %%
raise ValueError("x" * 500, 686)
# %%
raise ValueError("x" * 500, 687)
# %%
raise ValueError("x" * 500, 688)
# %%
raise ValueError("x" * 500, 689)
# %%
raise ValueError("x" * 500, 690)
# %%
raise ValueError("x" * 500, 691)
# %%
raise ValueError("x" * 500, 692)
# %%
raise ValueError("x" * 500, 693)
# %%
raise ValueError("x" * 500, 694)
# %%
raise ValueError("x" * 500, 695)
# %%
raise ValueError("x" * 500, 696)
# %%
raise ValueError("x" * 500, 697)
# %%
raise ValueError("x" * 500, 698)
# %%
raise ValueError("x" * 500, 699)
# %%
raise ValueError("x" * 500, 700)
# %%
raise ValueError("x" * 500, 701)
# %%
raise ValueError("x" * 500, 702)
# %%
raise ValueError("x" * 500, 703)
# %%
raise ValueError("x" * 500, 704)
# %%
raise ValueError("x" * 500, 705)
# %%
raise ValueError("x" * 500, 706)
# %%
raise ValueError("x" * 500, 707)
# %%
raise ValueError("x" * 500, 708)
# %%
raise ValueError("x" * 500, 709)
# %%
raise ValueError("x" * 500, 710)
# %%
raise ValueError("x" * 500, 711)
# %%
raise ValueError("x" * 500, 712)
# %%
raise ValueError("x" * 500, 713)
# %%
raise ValueError("x" * 500, 714)
# %%
raise ValueError("x" * 500, 715)
# %%
raise ValueError("x" * 500, 716)
# %%
raise ValueError("x" * 500, 717)
# %%
raise ValueError("x" * 500, 718)
# %%
raise ValueError("x" * 500, 719)
# %%
raise ValueError("x" * 500, 720)
# %%
raise ValueError("x" * 500, 721)
# %%
raise ValueError("x" * 500, 722)
# %%
raise ValueError("x" * 500, 723)
# %%
raise ValueError("x" * 500, 724)
# %%
raise ValueError("x" * 500, 725)
# %%
raise ValueError("x" * 500, 726)
# %%
raise ValueError("x" * 500, 727)
# %%
raise ValueError("x" * 500, 728)
# %%
raise ValueError("x" * 500, 729)
# %%
raise ValueError("x" * 500, 730)
# %%
raise ValueError("x" * 500, 731)
# %%
raise ValueError("x" * 500, 732)
# %%
raise ValueError("x" * 500, 733)
# %%
raise ValueError("x" * 500, 734)
# %%
raise ValueError("x" * 500, 735)
# %%
raise ValueError("x" * 500, 736)
# %%
raise ValueError("x" * 500, 737)
# %%
raise ValueError("x" * 500, 738)
# %%
raise ValueError("x" * 500, 739)
# %%
raise ValueError("x" * 500, 740)
# %%
raise ValueError("x" * 500, 741)
# %%
raise ValueError("x" * 500, 742)
# %%
raise ValueError("x" * 500, 743)
# %%
raise ValueError("x" * 500, 744)
# %%
raise ValueError("x" * 500, 745)
# %%
raise ValueError("x" * 500, 746)
# %%
raise ValueError("x" * 500, 747)
# %%
raise ValueError("x" * 500, 748)
# %%
raise ValueError("x" * 500, 749)
# %%
raise ValueError("x" * 500, 750)
# %%
raise ValueError("x" * 500, 751)
# %%
raise ValueError("x" * 500, 752)
# %%
raise ValueError("x" * 500, 753)
# %%
raise ValueError("x" * 500, 754)
# %%
raise ValueError("x" * 500, 755)
# %%
raise ValueError("x" * 500, 756)
# %%
raise ValueError("x" * 500, 757)
# %%
raise ValueError("x" * 500, 758)
# %%
raise ValueError("x" * 500, 759)
# %%
raise ValueError("x" * 500, 760)
# %%
raise ValueError("x" * 500, 761)
# %%
raise ValueError("x" * 500, 762)
# %%
raise ValueError("x" * 500, 763)
# %%
raise ValueError("x" * 500, 764)
# %%
raise ValueError("x" * 500, 765)
# %%
raise ValueError("x" * 500, 766)
# %%
raise ValueError("x" * 500, 767)
# %%
raise ValueError("x" * 500, 768)
# %%
raise ValueError("x" * 500, 769)
# %%
raise ValueError("x" * 500, 770)
# %%
raise ValueError("x" * 500, 771)
# %%
raise ValueError("x" * 500, 772)
# %%
raise ValueError("x" * 500, 773)
# %%
raise ValueError("x" * 500, 774)
# %%
raise ValueError("x" * 500, 775)
# %%
raise ValueError("x" * 500, 776)
# %%
raise ValueError("x" * 500, 777)
# %%
raise ValueError("x" * 500, 778)
# %%
raise ValueError("x" * 500, 779)
# %%
raise ValueError("x" * 500, 780)
# %%
raise ValueError("x" * 500, 781)
# %%
raise ValueError("x" * 500, 782)
# %%
raise ValueError("x" * 500, 783)
# %%
raise ValueError("x" * 500, 784)
# %%
raise ValueError("x" * 500, 785)
# %%
raise ValueError("x" * 500, 786)
# %%
raise ValueError("x" * 500, 787)
# %%
raise ValueError("x" * 500, 788)
# %%
raise ValueError("x" * 500, 789)
# %%
raise ValueError("x" * 500, 790)
# %%
raise ValueError("x" * 500, 791)
# %%
raise ValueError("x" * 500, 792)
# %%
raise ValueError("x" * 500, 793)
# %%
raise ValueError("x" * 500, 794)
# %%
raise ValueError("x" * 500, 795)
# %%
raise ValueError("x" * 500, 796)
# %%
raise ValueError("x" * 500, 797)
# %%
raise ValueError("x" * 500, 798)
# %%
raise ValueError("x" * 500, 799)
# %%
raise ValueError("x" * 500, 800)
# %%
raise ValueError("x" * 500, 801)
# %%
raise ValueError("x" * 500, 802)
# %%
raise ValueError("x" * 500, 803)
# %%
raise ValueError("x" * 500, 804)
# %%
raise ValueError("x" * 500, 805)
# %%
raise ValueError("x" * 500, 806)
# %%
raise ValueError("x" * 500, 807)
# %%
raise ValueError("x" * 500, 808)
# %%
raise ValueError("x" * 500, 809)
# %%
raise ValueError("x" * 500, 810)
# %%
raise ValueError("x" * 500, 811)
# %%
raise ValueError("x" * 500, 812)
# %%
raise ValueError("x" * 500, 813)
# %%
raise ValueError("x" * 500, 814)
# %%
raise ValueError("x" * 500, 815)
# %%
raise ValueError("x" * 500, 816)
# %%
raise ValueError("x" * 500, 817)
# %%
raise ValueError("x" * 500, 818)
# %%
raise ValueError("x" * 500, 819)
# %%
raise ValueError("x" * 500, 820)
# %%
raise ValueError("x" * 500, 821)
# %%
raise ValueError("x" * 500, 822)
# %%
raise ValueError("x" * 500, 823)
# %%
raise ValueError("x" * 500, 824)
# %%
raise ValueError("x" * 500, 825)
# %%
raise ValueError("x" * 500, 826)
# %%
raise ValueError("x" * 500, 827)
# %%
raise ValueError("x" * 500, 828)
# %%
raise ValueError("x" * 500, 829)
# %%
raise ValueError("x" * 500, 830)
# %%
raise ValueError("x" * 500, 831)
# %%
raise ValueError("x" * 500, 832)
# %%
raise ValueError("x" * 500, 833)
# %%
raise ValueError("x" * 500, 834)
# %%
raise ValueError("x" * 500, 835)
# %%
raise ValueError("x" * 500, 836)
# %%
raise ValueError("x" * 500, 837)
# %%
raise ValueError("x" * 500, 838)
# %%
raise ValueError("x" * 500, 839)
# %%
raise ValueError("x" * 500, 840)
# %%
raise ValueError("x" * 500, 841)
# %%
raise ValueError("x" * 500, 842)
# %%
raise ValueError("x" * 500, 843)
# %%
raise ValueError("x" * 500, 844)
# %%
raise ValueError("x" * 500, 845)
# %%
raise ValueError("x" * 500, 846)
# %%
raise ValueError("x" * 500, 847)
# %%
raise ValueError("x" * 500, 848)
# %%
raise ValueError("x" * 500, 849)
# %%
raise ValueError("x" * 500, 850)
# %%
raise ValueError("x" * 500, 851)
# %%
raise ValueError("x" * 500, 852)
# %%
raise ValueError("x" * 500, 853)
# %%
raise ValueError("x" * 500, 854)
# %%
raise ValueError("x" * 500, 855)
# %%
raise ValueError("x" * 500, 856)
# %%
raise ValueError("x" * 500, 857)
# %%
raise ValueError("x" * 500, 858)
# %%
raise ValueError("x" * 500, 859)
# %%
raise ValueError("x" * 500, 860)
# %%
raise ValueError("x" * 500, 861)
# %%
raise ValueError("x" * 500, 862)
# %%
raise ValueError("x" * 500, 863)
# %%
raise ValueError("x" * 500, 864)
# %%
raise ValueError("x" * 500, 865)
# %%
raise ValueError("x" * 500, 866)
# %%
raise ValueError("x" * 500, 867)
# %%
raise ValueError("x" * 500, 868)
# %%
raise ValueError("x" * 500, 869)
# %%
raise ValueError("x" * 500, 870)
# %%
raise ValueError("x" * 500, 871)
# %%
raise ValueError("x" * 500, 872)
# %%
raise ValueError("x" * 500, 873)
# %%
raise ValueError("x" * 500, 874)
# %%
raise ValueError("x" * 500, 875)
# %%
raise ValueError("x" * 500, 876)
# %%
raise ValueError("x" * 500, 877)
# %%
raise ValueError("x" * 500, 878)
# %%
raise ValueError("x" * 500, 879)
# %%
raise ValueError("x" * 500, 880)
# %%
raise ValueError("x" * 500, 881)
# %%
raise ValueError("x" * 500, 882)
# %%
raise ValueError("x" * 500, 883)
# %%
raise ValueError("x" * 500, 884)
# %%
raise ValueError("x" * 500, 885)
# %%
raise ValueError("x" * 500, 886)
# %%
raise ValueError("x" * 500, 887)
# %%
raise ValueError("x" * 500, 888)
# %%
raise ValueError("x" * 500, 889)
# %%
raise ValueError("x" * 500, 890)
# %%
raise ValueError("x" * 500, 891)
# %%
raise ValueError("x" * 500, 892)
# %%
raise ValueError("x" * 500, 893)
# %%
raise ValueError("x" * 500, 894)
# %%
raise ValueError("x" * 500, 895)
# %%
raise ValueError("x" * 500, 896)
# %%
raise ValueError("x" * 500, 897)
# %%
raise ValueError("x" * 500, 898)
# %%
raise ValueError("x" * 500, 899)
