"""Files as Goodreads, StoryGraph and LibraryThing export them, of books of the small snapshot."""

from __future__ import annotations

GOODREADS = '''\
Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,\
Binding,Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,\
Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,Private Notes,Read Count,Owned Copies
11588,The Shining,Stephen King,"King, Stephen",,"=""0345806786""","=""9780345806789""",5,4.28,Anchor,\
Paperback,659,2013,1977,2024/03/02,2024/01/05,,,read,"Long, and ""good"".
Two lines.",,,1,0
10592,"Carrie (Stephen King, #1)",Stephen King,"King, Stephen",,"=""""","=""""",4,4.0,Pocket,Paperback,\
253,2002,1974,,2024/01/06,horror,"horror (#1)",read,,,,1,0
29588376,Dune,Frank Herbert,"Herbert, Frank",,"=""0441172717""","=""9780441172719""",0,4.3,Ace,\
Paperback,604,1990,1965,,2024/01/07,to-read,to-read (#1),to-read,,,,0,0
1,A Book Nobody Sells,No One,"One, No",,"=""0306406152""","=""9780306406157""",3,3.0,,,,,,\
,2024/01/08,,,\
read,,,,1,0
'''

STORYGRAPH = """\
Title,Authors,Contributors,ISBN/UID,Format,Read Status,Date Added,Last Date Read,Dates Read,Read Count,\
Moods,Pace,Star Rating,Review,Tags,Owned?
Neuromancer,William Gibson,,9780441569595,paperback,read,2024/05/01,2024/05/03,2024/05/01-2024/05/03,1,\
dark,fast,4.5,,,Yes
Foundation and Empire,Isaac Asimov,,,paperback,did-not-finish,2024/05/04,,,0,,,,,,No
The Dispossessed,Ursula K. Le Guin,,,digital,to-read,2024/05/04,,,0,,,,,,No
Foundation,Isaac Asimov,,0553293354,paperback,read,2024/05/05,,,1,,,,,,No
"""

LIBRARYTHING = (
    "Book Id\tTitle\tSort Character\tPrimary Author\tPrimary Author Role\tSecondary Author\tPublication"
    "\tDate\tReview\tRating\tCollections\tISBN\tISBNs\n"
    "1\tEmma\t1\tAusten, Jane\t\t\tPenguin\t2003\t\t3.5\tYour library\t[0141439580]\t0141439580,"
    " 9780141439587\n"
    "2\tJane Eyre\t1\tBrontë, Charlotte\t\t\tPenguin\t2006\t\t\tYour library, To read\t[]\t\n"
    "3\tDracula\t1\tStoker, Bram\t\t\t\t\t\t5\tYour library\t\t\n"
)
