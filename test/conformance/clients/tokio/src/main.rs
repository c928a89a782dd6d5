// tokio-postgres as an application uses it; prints what it saw, to be compared with the same at the server itself.
use futures_util::{future, pin_mut, SinkExt, TryStreamExt};
use tokio_postgres::{config::SslMode, types::Type, Config, CopyInSink};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let env = |name: &str| std::env::var(name).unwrap_or_default();
    let authority = native_tls::Certificate::from_pem(&std::fs::read(env("PGSSLROOTCERT"))?)?;
    let tls = || -> Result<_, native_tls::Error> {
        Ok(postgres_native_tls::MakeTlsConnector::new(native_tls::TlsConnector::builder().add_root_certificate(authority.clone()).build()?))
    };
    let mut config = Config::new();
    config.host(&env("PGHOST")).port(env("PGPORT").parse()?).user(&env("PGUSER")).password(env("PGPASSWORD")).dbname(&env("PGDATABASE")).ssl_mode(SslMode::Require);
    let (mut client, connection) = config.connect(tls()?).await?;
    let cancel = client.cancel_token();
    tokio::spawn(connection);

    client.batch_execute("CREATE TABLE people (id int PRIMARY KEY, name text, tags int[])").await?;
    // Pipelined: all are sent before the first answer.
    let insert = client.prepare_typed("INSERT INTO people VALUES ($1, $2, $3)", &[Type::INT4, Type::TEXT, Type::INT4_ARRAY]).await?;
    let inserted = future::try_join_all((0..50).map(|n| {
        let (client, insert) = (&client, &insert);
        async move { client.execute(insert, &[&n, &format!("n{n}"), &vec![n, n + 1]]).await }
    }));
    println!("inserted {}", inserted.await?.iter().sum::<u64>());
    for row in client.query("SELECT id, name, tags FROM people WHERE id = ANY($1) ORDER BY id", &[&vec![1, 2, 3]]).await? {
        println!("{} {} {:?}", row.get::<_, i32>(0), row.get::<_, String>(1), row.get::<_, Vec<i32>>(2));
    }

    let transaction = client.transaction().await?;
    let portal = transaction.bind("SELECT id FROM people ORDER BY id", &[]).await?;
    let mut pieces = Vec::new();
    loop {
        let rows = transaction.query_portal(&portal, 20).await?;
        if rows.is_empty() {
            break;
        }
        pieces.push(rows.len());
    }
    println!("portal {pieces:?}");
    let sink: CopyInSink<bytes::Bytes> = transaction.copy_in("COPY people (id, name) FROM STDIN").await?;
    pin_mut!(sink);
    sink.send(bytes::Bytes::from_static(b"100\tx\n101\ty\n")).await?;
    println!("copied {}", sink.finish().await?);
    let out: Vec<bytes::Bytes> = transaction.copy_out("COPY (SELECT id, name FROM people WHERE id >= 100 ORDER BY id) TO STDOUT").await?.try_collect().await?;
    println!("{:?}", String::from_utf8(out.concat())?);
    transaction.rollback().await?;

    let missing = client.query("SELECT * FROM nowhere", &[]).await.unwrap_err();
    println!("{:?} {:?}", missing.code(), missing.as_db_error().map(|error| (error.message().to_string(), error.position().cloned())));
    let sleep = client.query("SELECT pg_sleep(60)", &[]);
    let (slept, cancelled) = tokio::join!(sleep, async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        cancel.cancel_query(tls().expect("TLS")).await
    });
    cancelled?;
    println!("{:?}", slept.unwrap_err().code());
    println!("{:?}", client.simple_query("SELECT count(*) FROM people; SELECT 'two'").await?);
    Ok(())
}
