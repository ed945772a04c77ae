using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AioHub.Core.Storage;

/// <summary>The database: every room brings its own tables through <see cref="IEntityTypeConfiguration{TEntity}"/> beside its store.</summary>
/// <remarks>
/// Moments are UTC <see cref="DateTime"/>s by one convention: SQLite cannot order DateTimeOffset, PostgreSQL refuses a DateTime of another kind.
/// Money is a <c>long</c> of nano-USD. Each provider has its own migration set.
/// </remarks>
internal abstract class HubContext(DbContextOptions options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(HubContext).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();

    private sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
        static value => value.Kind == DateTimeKind.Utc ? value : value.ToUniversalTime(),
        static value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
}

internal sealed class SqliteHubContext(DbContextOptions<SqliteHubContext> options) : HubContext(options);

internal sealed class PostgresHubContext(DbContextOptions<PostgresHubContext> options) : HubContext(options);
