using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AioHub.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Rollups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "log_blocks",
                columns: table => new
                {
                    Block = table.Column<long>(type: "INTEGER", nullable: false),
                    FirstAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Calls = table.Column<int>(type: "INTEGER", nullable: false),
                    Marks = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_log_blocks", x => x.Block);
                });

            migrationBuilder.CreateTable(
                name: "rollup_marks",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Through = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rollup_marks", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "usage_names",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_usage_names", x => x.Id);
                });

            // EF Core cannot say WITHOUT ROWID, which keeps the sums in one tree instead of two.
            migrationBuilder.Sql("""
                CREATE TABLE "usage_sums" (
                    "Facet" INTEGER NOT NULL, "OwnerId" INTEGER NOT NULL, "At" INTEGER NOT NULL, "KeyId" INTEGER NOT NULL, "GroupNo" INTEGER NOT NULL,
                    "ChannelNo" INTEGER NOT NULL, "ModelNo" INTEGER NOT NULL, "Calls" INTEGER NOT NULL, "CallerErrors" INTEGER NOT NULL,
                    "UpstreamErrors" INTEGER NOT NULL, "HubErrors" INTEGER NOT NULL, "Cancelled" INTEGER NOT NULL, "Attempts" INTEGER NOT NULL,
                    "FailedAttempts" INTEGER NOT NULL, "InputTokens" INTEGER NOT NULL, "CacheReadTokens" INTEGER NOT NULL, "CacheWriteTokens" INTEGER NOT NULL,
                    "OutputTokens" INTEGER NOT NULL, "ChargeNano" INTEGER NOT NULL, "CostNano" INTEGER NOT NULL, "LostNano" INTEGER NOT NULL,
                    "Times" BLOB NOT NULL, "FirstBytes" BLOB NOT NULL,
                    CONSTRAINT "PK_usage_sums" PRIMARY KEY ("Facet", "OwnerId", "At", "KeyId", "GroupNo", "ChannelNo", "ModelNo")) WITHOUT ROWID
                """);

            migrationBuilder.CreateIndex(
                name: "IX_usage_names_Name",
                table: "usage_names",
                column: "Name",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "log_blocks");

            migrationBuilder.DropTable(
                name: "rollup_marks");

            migrationBuilder.DropTable(
                name: "usage_names");

            migrationBuilder.DropTable(
                name: "usage_sums");
        }
    }
}
