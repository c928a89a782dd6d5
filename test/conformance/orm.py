# SQLAlchemy and Alembic as an application uses them: what it prints is compared with the same at the server itself.
import os, decimal, datetime
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pgd
from sqlalchemy.orm import Session, declarative_base, relationship, selectinload
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

engine = sa.create_engine("postgresql+psycopg2://", future=True)
Base = declarative_base()


class Author(Base):
    __tablename__ = "author"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(40), nullable=False, unique=True)
    born = sa.Column(sa.Date)
    tags = sa.Column(pgd.ARRAY(sa.Text))
    extra = sa.Column(pgd.JSONB)
    books = relationship("Book", back_populates="author", cascade="all, delete-orphan", order_by="Book.id")


class Book(Base):
    __tablename__ = "book"
    id = sa.Column(sa.BigInteger, primary_key=True)
    title = sa.Column(sa.Text, nullable=False)
    price = sa.Column(sa.Numeric(10, 2), sa.CheckConstraint("price >= 0"))
    kind = sa.Column(sa.Enum("novel", "essay", name="book_kind"), server_default="novel")
    author_id = sa.Column(sa.ForeignKey("author.id", ondelete="CASCADE"), index=True)
    author = relationship("Author", back_populates="books")


def look(label):
    inspector = sa.inspect(engine)
    for table in inspector.get_table_names():
        print(label, table, [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)])
        print(label, inspector.get_pk_constraint(table), inspector.get_foreign_keys(table), inspector.get_indexes(table), inspector.get_unique_constraints(table), inspector.get_check_constraints(table))
    print(label, inspector.get_enums(), inspector.get_view_names())


Base.metadata.create_all(engine)
look("made")
with Session(engine, future=True) as session:
    for i in range(20):
        session.add(Author(name=f"author {i}", born=datetime.date(1900 + i, 1, 2), tags=["a", None, "c,d"], extra={"n": i, "deep": [1, None]}, books=[Book(title=f"book {i}.{j}", price=decimal.Decimal("1.50") * j) for j in range(i % 3)]))
    session.commit()
    print(session.execute(sa.select(sa.func.count(), sa.func.sum(Book.price)).select_from(Book)).one())
    for author in session.scalars(sa.select(Author).options(selectinload(Author.books)).where(Author.extra["n"].as_integer() > 16).order_by(Author.id)):
        print(author.id, author.name, author.born, author.tags, author.extra, [(book.title, book.price, book.kind) for book in author.books])
    first = session.get(Author, 2)
    first.name = "renamed"
    session.delete(session.get(Author, 3))
    session.flush()
    try:
        with session.begin_nested():
            session.add(Author(name="renamed"))
            session.flush()
    except sa.exc.IntegrityError as error:
        print(type(error.orig).__name__, error.orig.pgcode)
    session.commit()
    print(session.execute(pgd.insert(Author).values(id=2, name="x").on_conflict_do_update(index_elements=["id"], set_={"name": "upserted"}).returning(Author.id, Author.name)).all())
    session.rollback()
    ranked = sa.select(Author.name, sa.func.rank().over(order_by=sa.func.count(Book.id).desc())).outerjoin(Book).group_by(Author.id).order_by(Author.id).limit(3)
    print(session.execute(ranked).all(), session.execute(sa.select(sa.func.count(Author.id))).scalar())
    for part in session.execute(sa.select(Book.id).order_by(Book.id).execution_options(stream_results=True, yield_per=5)).partitions(5):
        print([row[0] for row in part])
with engine.begin() as connection:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    print("nothing to do", compare_metadata(context, Base.metadata))
    op = Operations(context)
    op.add_column("author", sa.Column("email", sa.String(80), server_default="none", nullable=False))
    op.alter_column("book", "title", type_=sa.String(200), new_column_name="name")
    op.create_index("author_email", "author", [sa.text("lower(email)")])
    op.create_table("shelf", sa.Column("id", sa.Integer, sa.Identity(), primary_key=True), sa.Column("book_id", sa.BigInteger, sa.ForeignKey("book.id")))
    op.execute("CREATE VIEW titles AS SELECT name FROM book")
    op.bulk_insert(sa.table("shelf", sa.column("book_id", sa.Integer)), [{"book_id": 1}, {"book_id": None}])
    print("differs", [str(one[0]) for one in compare_metadata(context, Base.metadata)])
look("migrated")
try:
    with engine.begin() as connection:
        Operations(MigrationContext.configure(connection)).drop_column("author", "email")
        connection.execute(sa.text("SELECT nope"))
except sa.exc.ProgrammingError as error:
    print(error.orig.pgcode, sa.inspect(engine).has_table("shelf"), "email" in [c["name"] for c in sa.inspect(engine).get_columns("author")])
with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
    connection.execute(sa.text("DROP VIEW titles"))
    connection.execute(sa.text("VACUUM author"))
Base.metadata.reflect(engine)
Base.metadata.drop_all(engine)
print(sa.inspect(engine).get_table_names())
