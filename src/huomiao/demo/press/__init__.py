"""An invented press that reports on the demo province: three sites of different build, crawled for real by the news desk.

gongren   江岸工人报: an old layout in GB18030 that says gb2312, lists only, a paged article
zaixian   赣鄱在线: UTF-8, JSON-LD, RSS and sitemaps; one article is corrected some minutes after the start
kandian   每日看点: reposts from both under titles of its own, says GBK and sends UTF-8, an Atom feed
"""
