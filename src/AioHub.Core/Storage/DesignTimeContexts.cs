using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace AioHub.Core.Storage;

// A change of any *Row class needs a migration in each set. From the top of the repository:
//
//   dotnet tool restore
//   dotnet ef migrations add NAME --project src/AioHub.Core --context SqliteHubContext --output-dir Storage/Migrations/Sqlite
//   dotnet ef migrations add NAME --project src/AioHub.Core --context PostgresHubContext --output-dir Storage/Migrations/Postgres
//
// EF Core cannot write WITHOUT ROWID: SQLite's user_calls and usage_sums are created by statements in their migrations.
//
// Tests fail while the model has changes that no migration carries.

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteHubContext</c>.</summary>
internal sealed class SqliteDesignTimeContext : IDesignTimeDbContextFactory<SqliteHubContext>
{
    public SqliteHubContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteHubContext>().UseSqlite("Data Source=design.db").Options);
}

/// <summary>For <c>dotnet ef migrations add NAME --context PostgresHubContext</c>.</summary>
internal sealed class PostgresDesignTimeContext : IDesignTimeDbContextFactory<PostgresHubContext>
{
    public PostgresHubContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresHubContext>().UseNpgsql("Host=localhost;Database=design").Options);
}
