using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AioHub.Core.Storage;

/// <summary>A PostgreSQL database, through one pool of connections.</summary>
internal sealed class PostgresDatabase : HubDatabase
{
    private readonly NpgsqlDataSource _source;
    private readonly Lazy<DbContextOptions> _options;

    private PostgresDatabase(NpgsqlDataSource source)
    {
        _source = source;
        _options = new(() => Options<PostgresHubContext>(builder => builder.UseNpgsql(_source)));
    }

    public override DatabaseEngine Engine => DatabaseEngine.Postgres;

    /// <exception cref="ArgumentException">It is no connection string.</exception>
    public static PostgresDatabase At(string connectionString) => new(NpgsqlDataSource.Create(connectionString));

    internal override HubContext CreateContext() => new PostgresHubContext((DbContextOptions<PostgresHubContext>)_options.Value);

    internal override async ValueTask<DbConnection> OpenConnectionAsync(CancellationToken cancellation) => await _source.OpenConnectionAsync(cancellation);

    internal override async ValueTask<DbConnection> OpenPlainConnectionAsync(CancellationToken cancellation) => await _source.OpenConnectionAsync(cancellation);

    public override ValueTask DisposeAsync() => _source.DisposeAsync();
}
