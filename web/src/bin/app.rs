//! The page.

fn main() {
    retort_web::app::start();
}
